import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ActorDiedError,
  ActorUnreachableError,
  callOptions,
  ProxyError,
  release,
  terminate,
  TimeoutError,
} from 'uactor';
import { Faulty } from '#fixtures/faulty.js';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { hasEnded, scratch } from '../support/leaks.ts';

const WHOLE_HOOK = 'shutdown\ndone\n';
let logs = 0;

/** Returns the path of a new file to which the hook writes. */
function newLog(): string {
  logs++;
  return join(scratch, `shutdown-${logs}`);
}

describe('shutdown', () => {
  test('F15 twice, and in several ways at the same time, runs the hook once and resolves each time', async () => {
    const log = newLog();
    const actor = await Faulty.spawn(log);
    await Promise.all([actor.shutdown(), actor[Symbol.asyncDispose](), callOptions(actor, {}).shutdown()]);
    await actor.shutdown();
    expect(readFileSync(log, 'utf8')).toBe(WHOLE_HOOK);
  });

  test('F15 during a call that does not end rejects the call, once', async () => {
    const actor = await Faulty.with({ shutdownTimeout: 200 }).spawn();
    const call = failure(actor.hang());
    await actor.shutdown();
    const error = await call;
    expect(error).toBeInstanceOf(ActorDiedError);
    expect(error).toMatchObject({ exitCode: 0, signal: null, executed: 'maybe' });
    await expect(actor.mark()).rejects.toMatchObject({ name: 'ActorDiedError', executed: 'no' });
  });

  test('F15 again in the hook, unawaited, joins the same shutdown', async () => {
    const log = newLog();
    const actor = await Faulty.spawn(log);
    let again: Promise<void> | undefined;
    await actor.callInHook(async () => {
      again = actor.shutdown();
    });
    await actor.shutdown();
    await again;
    expect(readFileSync(log, 'utf8')).toBe(WHOLE_HOOK);
  });

  test('F15 again in the hook, awaited, ends at the deadline of the shutdown', async () => {
    const log = newLog();
    const actor = await Faulty.with({ shutdownTimeout: 200 }).spawn(log);
    await actor.callInHook(() => actor.shutdown());
    await actor.shutdown();
    expect(readFileSync(log, 'utf8')).toBe('shutdown\n');
  });

  test('F15 by the actor itself runs the hook, and the owner still decides on the end', async () => {
    const log = newLog();
    await using actor = await Faulty.spawn(log);
    await actor.shutItself(actor);
    expect(readFileSync(log, 'utf8')).toBe(WHOLE_HOOK);
    expect(await actor.mark()).toBe(1);
  });

  test('F15 by two clients and the owner at the same time does not deadlock', async () => {
    const actor = await Faulty.spawn();
    const address = actor.connectionAddress ?? '';
    const clients = await Promise.all([
      Faulty.connect(address, { ownConnection: true }),
      Faulty.connect(address, { ownConnection: true }),
    ]);
    const outcomes = await Promise.allSettled([...clients.map((client) => client.shutdown()), actor.shutdown()]);
    expect(outcomes[2]?.status).toBe('fulfilled');
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      const refused = outcome.reason instanceof ProxyError && outcome.reason.code === 'SHUTTING_DOWN';
      if (!refused) expect(outcome.reason).toBeInstanceOf(ActorDiedError);
    }
    for (const client of clients) release(client);
  });

  test('F15 by force during a shutdown ends both', async () => {
    const actor = await Faulty.spawn(newLog(), 'hangs');
    const closing = actor.shutdown();
    await terminate(actor);
    await closing;
  });
});

describe('a blocked event loop', () => {
  test('F19 delays neither deadlines nor other actors, and accepts new clients afterwards', async () => {
    await using actor = await Faulty.spawn();
    await using other = await Faulty.spawn();
    const order: string[] = [];
    const block = actor.block(1_500).then(() => order.push('unblocked'));
    const connecting = Faulty.connect(actor.connectionAddress ?? '', { ownConnection: true });
    const error = await failure(callOptions(actor, { timeout: 50 }).mark());
    expect(error).toBeInstanceOf(TimeoutError);
    order.push('deadline');
    expect(await other.mark()).toBe(1);
    order.push('other actor');
    const client = await connecting;
    expect(await client.mark()).toBeGreaterThan(0);
    release(client);
    await block;
    expect(order).toEqual(['deadline', 'other actor', 'unblocked']);
  });

  test('F19 that stays blocked is ended by terminate', async () => {
    const actor = await Faulty.spawn();
    const call = failure(actor.spin());
    await terminate(actor);
    expect(await call).toMatchObject({ name: 'ActorDiedError', signal: 'SIGKILL' });
  });

  test('F19 that stays blocked does not outlast a shutdown', async () => {
    const actor = await Faulty.with({ shutdownTimeout: 100 }).spawn();
    const call = failure(actor.spin());
    await actor.shutdown();
    expect(await call).toMatchObject({ name: 'ActorDiedError', signal: 'SIGKILL' });
  });
});

describe('a terminated actor', () => {
  test('F21 accepts no clients any more, finishes its calls, runs its hook and exits', async () => {
    const log = newLog();
    const actor = await Faulty.spawn(log);
    const address = actor.connectionAddress ?? '';
    const pid = await actor.pid();
    const call = actor.waitForGate();
    await eventually(async () => expect(await actor.waiting()).toBe(1));
    process.kill(pid, 'SIGTERM');
    await eventually(async () =>
      expect(await failure(Faulty.connect(address, { ownConnection: true }))).toBeInstanceOf(ActorUnreachableError),
    );
    expect(existsSync(log)).toBe(false);
    await actor.openGate();
    await call;
    await hasEnded(pid);
    expect(readFileSync(log, 'utf8')).toBe(WHOLE_HOOK);
    expect(await failure(actor.mark())).toMatchObject({ name: 'ActorDiedError', exitCode: 0, executed: 'no' });
  });

  test('F21 also runs its hook if its calls do not end in time', async () => {
    const log = newLog();
    const actor = await Faulty.with({ shutdownTimeout: 100 }).spawn(log, 'lingers');
    const call = failure(actor.hang());
    // Calls of one session start in order, so the call is running by now.
    await actor.mark();
    process.kill(await actor.pid(), 'SIGTERM');
    expect(await call).toMatchObject({ name: 'ActorDiedError', exitCode: 0, executed: 'maybe' });
    expect(readFileSync(log, 'utf8')).toBe(WHOLE_HOOK);
  });

  test('F21 does not wait for its calls if terminated twice', async () => {
    const log = newLog();
    const actor = await Faulty.with({ shutdownTimeout: Infinity }).spawn(log);
    const pid = await actor.pid();
    const address = actor.connectionAddress ?? '';
    const call = failure(actor.hang());
    // This call started after the other one, so that one has begun.
    expect(await actor.waiting()).toBe(1);
    process.kill(pid, 'SIGTERM');
    await eventually(async () =>
      expect(await failure(Faulty.connect(address, { ownConnection: true }))).toBeInstanceOf(ActorUnreachableError),
    );
    process.kill(pid, 'SIGTERM');
    expect(await call).toMatchObject({ name: 'ActorDiedError', exitCode: 0, executed: 'maybe' });
  });
});
