import { Keeper } from '#fixtures/keeper.js';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HangingHook, Hooked, ThrowingHook } from '#fixtures/hooked.js';
import { ActorDiedError, ProxyError, release, SyncManager, terminate, withActor } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { hasEnded, isAlive, scratch } from '../support/leaks.ts';
import { Program } from '../support/program.ts';

/** Long enough to cause no warning. */
const authkey = 'a key that only this test knows';

let logs = 0;
function newLog(): string {
  logs++;
  return join(scratch, `log-${logs}`);
}

function lines(log: string): readonly string[] {
  return readFileSync(log, 'utf8').trimEnd().split('\n');
}

describe('U12 withActor', () => {
  test('U12 calls enter, the body, exit and shutdown, and ends the process', async () => {
    const log = newLog();
    let pid: unknown;
    const result = await withActor(Hooked.spawn(log), async (actor) => {
      pid = await actor.pid();
      await actor.note('body');
      return 42;
    });
    expect(result).toBe(42);
    expect(lines(log)).toEqual(['enter', 'body', 'exit', 'shutdown']);
    expect(isAlive(Number(pid))).toBe(false);
  });

  test('U12 gives exit what the body threw, and throws it on', async () => {
    const log = newLog();
    const fault = new RangeError('too far');
    const error = await failure(
      withActor(Hooked.spawn(log), () => {
        throw fault;
      }),
    );
    expect(error).toBe(fault);
    expect(lines(log)).toEqual(['enter', 'exit with RangeError: too far', 'shutdown']);
  });

  test('U12 swallows the error when exit resolves to true', async () => {
    const log = newLog();
    const result = await withActor(Hooked.spawn(log, true), async () => {
      await Promise.reject(new RangeError('swallowed'));
      return 'never';
    });
    expect(result).toBeUndefined();
    expect(lines(log)).toEqual(['enter', 'exit with RangeError: swallowed', 'shutdown']);
  });

  test('U12 takes an actor as well as a promise of one', async () => {
    const log = newLog();
    const actor = await Hooked.spawn(log);
    expect(await withActor(actor, (same) => same === actor)).toBe(true);
    expect(lines(log)).toEqual(['enter', 'exit', 'shutdown']);
  });

  test('U12 of a client runs enter and exit, and leaves the actor running', async () => {
    const log = newLog();
    await using owned = await Hooked.with({ authkey }).spawn(log);
    const connected = await Hooked.connect(owned.connectionAddress ?? '', { ownConnection: true, authkey });
    await withActor(connected, async (actor) => await actor.note('body'));
    expect(lines(log)).toEqual(['enter', 'body', 'exit']);
    expect(await failure(connected.note('after'))).toMatchObject({ code: 'RELEASED' });
    await owned.note('the owner still can');
  });

  test('U12 a spawn that fails rejects with that error', async () => {
    const failing = Hooked.with({ execArgv: ['--no-such-flag'], stdio: 'ignore' }).spawn('');
    expect(await failure(withActor(failing, () => 1))).toMatchObject({ code: 'SPAWN_FAILED' });
  });
});

describe('U13 shutdown', () => {
  test('U13 from the owner runs the hook and ends the process', async () => {
    const log = newLog();
    const actor = await Hooked.spawn(log);
    const pid = await actor.pid();
    await actor.shutdown();
    expect(isAlive(pid)).toBe(false);
    expect(lines(log)).toEqual(['shutdown']);
  });

  test('U13 the replies under way arrive first', async () => {
    const actor = await Hooked.spawn(newLog());
    const replies = Array.from({ length: 8 }, () => actor.large(2 ** 20));
    await actor.shutdown();
    const sizes = await Promise.all(replies.map(async (reply) => (await reply).length));
    expect(sizes).toEqual(Array.from({ length: 8 }, () => 2 ** 20));
  });

  test('U13 they arrive, too, when the owner is too busy to read them for a while', async () => {
    const actor = await Hooked.spawn(newLog());
    const reply = actor.large(8 * 2 ** 20);
    const stopping = actor.shutdown();
    // Both calls must be sent before this process blocks.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    expect((await reply).length).toBe(8 * 2 ** 20);
    await stopping;
  });

  test('U13 F21 calls that run come to their end first, and new ones are refused, whoever makes them', async () => {
    const log = newLog();
    const actor = await Hooked.with({ authkey }).spawn(log);
    const client = await Hooked.connect(actor.connectionAddress ?? '', { ownConnection: true, authkey });
    const answers = new EventEmitter();
    const answered = once(answers, 'answer');
    const running = client.callBack(() => answered);
    await eventually(() => expect(lines(log)).toEqual(['calling back']));
    const stopping = actor.shutdown();
    for (const late of [actor, client]) {
      const refused = await failure(Promise.resolve(late.large(1)));
      expect(refused).toBeInstanceOf(ProxyError);
      expect(refused).toMatchObject({ code: 'SHUTTING_DOWN', executed: 'no' });
    }
    answers.emit('answer', 'answered');
    expect(await running).toEqual(['answered']);
    await stopping;
    expect(lines(log)).toEqual(['calling back', 'shutdown']);
    release(client);
  });

  test('U13 U19 calls that do not end leave the hook its time', async () => {
    const log = newLog();
    const actor = await Hooked.with({ shutdownTimeout: 300 }).spawn(log);
    const running = failure(actor.hang());
    await actor.shutdown();
    expect(await running).toMatchObject({ name: 'ActorDiedError', exitCode: 0, executed: 'maybe' });
    expect(lines(log)).toEqual(['shutdown']);
  });

  test('U13 who waits for a lock, a queue or a signal holds nobody up', async () => {
    const manager = await SyncManager.start({ shutdownTimeout: Infinity });
    const [queue, lock] = [await manager.Queue(), await manager.Lock()];
    await lock.acquire();
    const waiting = [failure(queue.get()), failure(lock.acquire())];
    await manager.shutdown();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ name: 'ActorDiedError' });
    release(queue);
    release(lock);
  });

  test('U13 what the hook throws rejects shutdown, and the process has ended all the same', async () => {
    const actor = await ThrowingHook.spawn();
    const pid = await actor.pid();
    const error = await failure(actor.shutdown());
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'the hook failed' });
    expect(isAlive(pid)).toBe(false);
  });

  test('U13 from a connected proxy runs the hook alone', async () => {
    const log = newLog();
    await using owned = await Hooked.with({ authkey }).spawn(log);
    const connected = await Hooked.connect(owned.connectionAddress ?? '', { ownConnection: true, authkey });
    await connected.shutdown();
    await connected.note('still here');
    release(connected);
    expect(lines(log)).toEqual(['shutdown', 'still here']);
  });

  test('U13 from another process runs the hook alone', async () => {
    const log = newLog();
    await using owned = await Hooked.with({ authkey }).spawn(log);
    await using client = new Program('client', [owned.connectionAddress ?? '', authkey, 'shutdown']);
    expect(await client.ended, client.stderr).toMatchObject({ exitCode: 0 });
    await owned.note('the owner still can');
    expect(lines(log)).toEqual(['shutdown', 'after the shutdown of a client', 'the owner still can']);
  });
});

describe('U14 disposal', () => {
  test("U14 await using ends the owner's actor", async () => {
    const log = newLog();
    let pid: unknown;
    {
      await using actor = await Hooked.spawn(log);
      pid = await actor.pid();
    }
    expect(isAlive(Number(pid))).toBe(false);
    expect(lines(log)).toEqual(['shutdown']);
  });

  test('U14 await using on a connected proxy releases it and no more', async () => {
    const log = newLog();
    await using owned = await Hooked.with({ authkey }).spawn(log);
    {
      await using connected = await Hooked.connect(owned.connectionAddress ?? '', { ownConnection: true, authkey });
      await connected.note('used');
    }
    await owned.note('the owner still can');
    expect(lines(log)).toEqual(['used', 'the owner still can']);
  });

  test('U14 await using in another process releases the proxy there and no more', async () => {
    const log = newLog();
    await using owned = await Hooked.with({ authkey }).spawn(log);
    await using client = new Program('client', [owned.connectionAddress ?? '', authkey, 'dispose']);
    expect(await client.ended, client.stderr).toMatchObject({ exitCode: 0 });
    await owned.note('the owner still can');
    expect(lines(log)).toEqual(['used by a client', 'the owner still can']);
  });
});

describe('U19 a shutdown that does not come to an end', () => {
  test('U19 a hook that hangs is terminated after options.shutdownTimeout', async () => {
    const actor = await HangingHook.with({ shutdownTimeout: 200 }).spawn();
    const pid = await actor.pid();
    await actor.shutdown();
    expect(isAlive(pid)).toBe(false);
  });

  test('U19 a process that is busy is killed in the end', async () => {
    const actor = await Hooked.with({ shutdownTimeout: 200 }).spawn(newLog());
    const spinning = failure(actor.spin());
    await actor.shutdown();
    const error = await spinning;
    expect(error).toBeInstanceOf(ActorDiedError);
    expect(error).toMatchObject({ code: 'ACTOR_DIED', signal: 'SIGKILL', exitCode: null, executed: 'maybe' });
  });

  test('U19 terminate ends the process at once, whatever it is doing, without the hook', async () => {
    const log = newLog();
    const actor = await Hooked.spawn(log);
    await actor.note('before');
    const pid = await actor.pid();
    const calls = [failure(actor.spin()), failure(actor.note('never'))];
    await terminate(actor);
    await hasEnded(pid);
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: 'ACTOR_DIED', signal: 'SIGKILL', actor: 'Hooked' });
    }
    expect(lines(log)[0]).toBe('before');
    expect(lines(log)).not.toContain('shutdown');
    await terminate(actor);
  });

  test('U19 terminate takes the proxy of the actor, not of another object of its process', async () => {
    await using actor = await Keeper.spawn();
    const shelf = await actor.shelf();
    expect(await failure(terminate(shelf))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
    expect(await actor.echo('alive')).toBe('alive');
    release(shelf);
  });

  test('U19 terminate is refused to anybody but the owner', async () => {
    await using owned = await Hooked.with({ authkey }).spawn(newLog());
    await using connected = await Hooked.connect(owned.connectionAddress ?? '', { ownConnection: true, authkey });
    const error = await failure(terminate(connected));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringMatching(/only the proxy that spawn\(\) returned can terminate its actor/),
    });
  });
});
