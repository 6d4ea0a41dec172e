import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { firstToConnect } from '../../core/runtime/first-to-connect.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount(), 'timers are left').toBe(0);
  vi.useRealTimers();
});

/** Attempts by name, which end when the test decides. */
class Attempts {
  readonly begun: string[] = [];
  readonly given: string[] = [];
  readonly discarded: string[] = [];
  readonly #ends = new Map<string, { resolve: (text: string) => void; reject: (error: Error) => void }>();

  first(...names: readonly string[]): ReturnType<typeof firstToConnect<string, string>> {
    return firstToConnect(names, {
      begin: (name, signal) => {
        this.begun.push(name);
        signal.addEventListener('abort', () => this.given.push(name));
        return new Promise((resolve, reject) => this.#ends.set(name, { resolve, reject }));
      },
      discard: (result) => this.discarded.push(result),
    });
  }

  answer(name: string): void {
    this.#ends.get(name)?.resolve(`answer of ${name}`);
  }

  fail(name: string): void {
    this.#ends.get(name)?.reject(new Error(name));
  }
}

test('U68 the second attempt begins after 250 ms, while the first is still pending', async () => {
  const attempts = new Attempts();
  const first = attempts.first('dead', 'alive', 'third');
  await vi.advanceTimersByTimeAsync(249);
  expect(attempts.begun).toEqual(['dead']);
  await vi.advanceTimersByTimeAsync(1);
  expect(attempts.begun).toEqual(['dead', 'alive']);
  attempts.answer('alive');
  expect(await first).toEqual({ attempt: 'alive', result: 'answer of alive' });
  expect(attempts.given).toContain('dead');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(attempts.begun).toEqual(['dead', 'alive']);
});

test('U68 the second attempt begins at once when the first fails', async () => {
  const attempts = new Attempts();
  const first = attempts.first('dead', 'alive');
  attempts.fail('dead');
  await vi.advanceTimersByTimeAsync(0);
  expect(attempts.begun).toEqual(['dead', 'alive']);
  attempts.answer('alive');
  expect(await first).toMatchObject({ attempt: 'alive' });
});

test('U68 a slow first attempt can still win, and the connection of the other is closed', async () => {
  const attempts = new Attempts();
  const first = attempts.first('slow', 'late');
  await vi.advanceTimersByTimeAsync(250);
  attempts.answer('slow');
  expect(await first).toMatchObject({ attempt: 'slow' });
  attempts.answer('late');
  await vi.advanceTimersByTimeAsync(0);
  expect(attempts.discarded).toEqual(['answer of late']);
});

test('U68 if all attempts fail, the error lists every failure', async () => {
  const attempts = new Attempts();
  const first = attempts.first('one', 'two');
  attempts.fail('one');
  await vi.advanceTimersByTimeAsync(0);
  attempts.fail('two');
  expect(await first).toEqual({ failures: [new Error('one'), new Error('two')] });
  expect(await attempts.first()).toEqual({ failures: [] });
});
