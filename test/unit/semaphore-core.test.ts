import { describe, expect, test } from 'vitest';
import type { Caller } from '../../core/objects/caller.ts';
import { SemaphoreCore } from '../../core/objects/semaphore-core.ts';
import { thrown } from '../support/failure.ts';

/** A client's session that can end. Sessions of one process have the same instance. */
class Client {
  readonly instance = '0123456789abcdef0123456789abcdef';
  readonly #listeners = new Set<() => void>();
  #ended = false;

  /** A call over this session that its caller may give up. */
  caller(signal: AbortSignal = new AbortController().signal): Caller {
    const onGone: Caller['onGone'] = (listener) => {
      const gone = (): void => listener(signal.reason);
      signal.addEventListener('abort', gone);
      return () => signal.removeEventListener('abort', gone);
    };
    return { session: this, holder: this, onGone };
  }

  onEnd(listener: () => void): () => void {
    if (this.#ended) listener();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(): void {
    this.#ended = true;
    for (const listener of this.#listeners) listener();
  }
}

const lock = (): SemaphoreCore => new SemaphoreCore({ name: 'Lock', initial: 1, owned: true });
const rlock = (): SemaphoreCore => new SemaphoreCore({ name: 'RLock', initial: 1, owned: true, reentrant: true });
const semaphore = (initial: number): SemaphoreCore => new SemaphoreCore({ name: 'Semaphore', initial });

describe('permits of locks and semaphores', () => {
  test('H91 U34 a session does not take or release permits of another session of the same instance', async () => {
    const core = rlock();
    const [honest, thief] = [new Client(), new Client()];
    expect(await core.acquire(honest.caller(), 1, undefined)).toBe(1);
    expect(await core.acquire(thief.caller(), 2, 0)).toBeUndefined();
    expect(thrown(() => core.release(thief.caller(), 1))).toMatchObject({ code: 'NOT_HELD' });
    expect(thrown(() => core.releaseTaken(thief.caller(), 1))).toMatchObject({ code: 'NOT_HELD' });
    expect(core.undo(thief.caller(), 1)).toBe(false);
    thief.end();
    expect(core.free).toBe(0);
    core.release(honest.caller(), 1);
    expect(core.free).toBe(1);
  });

  test('U34 the end of a session frees its permits, and not those of another session of the process', async () => {
    const core = semaphore(2);
    const [one, other] = [new Client(), new Client()];
    await core.acquire(one.caller(), 1, undefined);
    await core.acquire(other.caller(), 2, undefined);
    one.end();
    expect(core.free).toBe(1);
    core.undo(other.caller(), 2);
    expect(core.free).toBe(2);
  });

  test.each([
    ['an RLock', rlock(), 1],
    ['a Semaphore', semaphore(2), 2],
  ])('U34 a release of %s does not release a grant whose reply is in transit', async (_what, core, free) => {
    const client = new Client();
    await core.acquire(client.caller(), 1, undefined);
    await core.acquire(client.caller(), 2, undefined);
    // The client only knows about the first permit and releases it; it takes the second one back, because it gave that call up.
    core.release(client.caller(), 1);
    expect(core.undo(client.caller(), 2)).toBe(true);
    expect(core.free).toBe(free);
    expect(core.undo(client.caller(), 2)).toBe(false);
    expect(core.free).toBe(free);
  });

  test('U34 a grant that is undone while its holder waits for a condition does not return', async () => {
    const core = rlock();
    const client = new Client();
    await core.acquire(client.caller(), 1, undefined);
    await core.acquire(client.caller(), 2, undefined);
    const resume = core.suspend(client.caller());
    expect(core.free).toBe(1);
    expect(core.undo(client.caller(), 2)).toBe(true);
    await resume();
    core.release(client.caller(), 1);
    expect(core.free).toBe(1);
  });

  test('U34 a holder that undoes all its grants while it waits for a condition gives up its turn', async () => {
    const core = lock();
    const [client, next] = [new Client(), new Client()];
    await core.acquire(client.caller(), 1, undefined);
    const resume = core.suspend(client.caller());
    await core.acquire(next.caller(), 2, undefined);
    const resuming = resume();
    const third = core.acquire(client.caller(), 3, undefined);
    expect(core.undo(client.caller(), 1)).toBe(true);
    core.release(next.caller(), 1);
    await resuming;
    expect(await third).toBeGreaterThan(0);
    core.release(client.caller(), 1);
    expect(core.free).toBe(1);
  });

  test('U33 a permit is released under its own number, or instead another permit of its holder', async () => {
    const core = semaphore(3);
    const [client, other] = [new Client(), new Client()];
    await core.acquire(other.caller(), 9, undefined);
    await core.acquire(client.caller(), 1, undefined);
    await core.acquire(client.caller(), 2, undefined);
    core.releaseTaken(client.caller(), 2);
    expect(core.undo(client.caller(), 2)).toBe(false);
    core.releaseTaken(client.caller(), 2);
    expect(core.undo(client.caller(), 1)).toBe(false);
    expect(core.undo(other.caller(), 9)).toBe(true);
    expect(core.free).toBe(3);
  });

  test('U33 fencing numbers grow with each grant of the lock, and nested holds share one', async () => {
    const core = rlock();
    const [one, other] = [new Client(), new Client()];
    expect(await core.acquire(one.caller(), 1, undefined)).toBe(1);
    expect(await core.acquire(one.caller(), 2, undefined)).toBe(1);
    const waiting = core.acquire(other.caller(), 3, undefined);
    const resume = core.suspend(one.caller());
    expect(await waiting).toBe(2);
    expect(thrown(() => core.fencingNumber(one.caller()))).toMatchObject({ code: 'NOT_HELD' });
    const resuming = resume();
    core.release(other.caller(), 1);
    await resuming;
    expect(core.fencingNumber(one.caller())).toBe(3);
  });

  test('H91 U34 a session does not undo what another session suspended, and an unknown number undoes nothing', async () => {
    const core = lock();
    const [client, thief] = [new Client(), new Client()];
    await core.acquire(client.caller(), 1, undefined);
    const resume = core.suspend(client.caller());
    expect(core.undo(thief.caller(), 1)).toBe(false);
    expect(core.undo(client.caller(), 2)).toBe(false);
    await resume();
    expect(core.free).toBe(0);
    core.release(client.caller(), 1);
    expect(core.free).toBe(1);
  });

  test('U33 a wait for a condition ends while its holder holds the RLock again', async () => {
    const core = rlock();
    const [client, other] = [new Client(), new Client()];
    await core.acquire(client.caller(), 1, undefined);
    const resume = core.suspend(client.caller());
    await core.acquire(client.caller(), 2, undefined);
    await resume();
    core.release(client.caller(), 1);
    expect(await core.acquire(other.caller(), 3, 0)).toBeUndefined();
    core.release(client.caller(), 1);
    expect(core.free).toBe(1);
  });

  test('U34 a wait whose grant was undone leaves the RLock with its holder, who holds it again', async () => {
    const core = rlock();
    const [client, other] = [new Client(), new Client()];
    await core.acquire(client.caller(), 1, undefined);
    const resume = core.suspend(client.caller());
    await core.acquire(client.caller(), 2, undefined);
    expect(core.undo(client.caller(), 1)).toBe(true);
    await resume();
    expect(core.free).toBe(0);
    expect(await core.acquire(other.caller(), 3, 0)).toBeUndefined();
  });

  test('U34 an RLock that is granted to a session that has ended goes to the next waiter, and to no other', async () => {
    const core = rlock();
    const [holder, gone, next, last] = [new Client(), new Client(), new Client(), new Client()];
    await core.acquire(holder.caller(), 1, undefined);
    // The calls of a session may end a little later than the session.
    void core.acquire(gone.caller(), 2, undefined);
    const second = core.acquire(next.caller(), 3, undefined);
    void core.acquire(gone.caller(), 4, undefined);
    const third = core.acquire(last.caller(), 5, undefined);
    gone.end();
    core.release(holder.caller(), 1);
    expect(await second).toBeGreaterThan(0);
    expect(thrown(() => core.fencingNumber(last.caller()))).toMatchObject({ code: 'NOT_HELD' });
    core.release(next.caller(), 1);
    expect(await third).toBeGreaterThan(0);
  });
});
