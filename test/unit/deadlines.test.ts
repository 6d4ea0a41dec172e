import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { onAbort } from '../../core/references/abort-listeners.ts';
import { Deadlines } from '../../core/references/waiting.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('Deadlines', () => {
  test('U57 deadlines pass in order and on time unless they are cancelled, and leave no timer', () => {
    const plan = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(plan, (todo) => {
        const deadlines = new Deadlines();
        const passed: number[] = [];
        const startMs = performance.now();
        const made = todo.map(([ms], index) =>
          deadlines.add(ms, () => {
            passed.push(index);
            expect(performance.now() - startMs).toBeGreaterThanOrEqual(ms);
          }),
        );
        for (const [index, [, off]] of todo.entries()) {
          const deadline = made[index];
          if (off && deadline) deadlines.delete(deadline);
        }
        vi.advanceTimersByTime(60);
        const kept = [...todo.entries()].filter(([, [, off]]) => !off);
        expect(passed.toSorted((a, b) => a - b)).toEqual(kept.map(([index]) => index));
        expect(passed.map((index) => todo[index]?.[0])).toEqual(kept.map(([, [ms]]) => ms).toSorted((a, b) => a - b));
        expect(deadlines.size).toBe(0);
        expect(vi.getTimerCount()).toBe(0);
      }),
    );
  });

  test('F59 one timer serves 100,000 deadlines', () => {
    const deadlines = new Deadlines();
    let passed = 0;
    for (let index = 0; index < 100_000; index++) deadlines.add(1_000 + (index % 7), () => passed++);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1_010);
    expect(passed).toBe(100_000);
  });

  test('U57 a deadline that adds or cancels others while it passes does not disturb them', () => {
    const deadlines = new Deadlines();
    const passed: string[] = [];
    const doomed = deadlines.add(10, () => passed.push('doomed'));
    deadlines.add(5, () => {
      passed.push('first');
      deadlines.delete(doomed);
      deadlines.add(1, () => passed.push('second'));
    });
    vi.advanceTimersByTime(20);
    expect(passed).toEqual(['first', 'second']);
  });
});

describe('listeners of a signal', () => {
  test('F59 all listeners share one listener of the signal, and the last one removes it', () => {
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, 'addEventListener');
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const heard: number[] = [];
    const leave = Array.from({ length: 1_000 }, (_, index) => onAbort(controller.signal, () => heard.push(index)));
    expect(added).toHaveBeenCalledTimes(1);
    for (const each of leave) each();
    expect(removed).toHaveBeenCalledTimes(1);
    onAbort(controller.signal, () => heard.push(-1));
    controller.abort();
    expect(heard).toEqual([-1]);
  });
});
