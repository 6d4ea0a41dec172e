import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Counter } from '#fixtures/counter.js';
import { Hooked } from '#fixtures/hooked.js';
import { Keeper } from '#fixtures/keeper.js';
import {
  ActorDiedError,
  ActorProxy,
  BaseProxy,
  callOptions,
  release,
  RemoteError,
  sameReferent,
  stats,
  terminate,
} from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { hasEnded, isAlive, scratch } from '../support/leaks.ts';
import { Program } from '../support/program.ts';

const authkey = 'a key that only this test knows';

function asProxy(value: unknown): BaseProxy {
  if (BaseProxy.isProxy(value)) return value;
  throw new Error(`${String(value)} is no proxy`);
}

describe('U15 the last proxy', () => {
  test('U15 the process ends when the last proxy is released', async () => {
    const actor = await Counter.spawn();
    const pid = await actor.pid();
    release(actor);
    await hasEnded(pid);
  });

  test('U15 the hook runs before', async () => {
    const log = join(scratch, 'released');
    const actor = await Hooked.spawn(log);
    const pid = await actor.pid();
    release(actor);
    await hasEnded(pid);
    expect(readFileSync(log, 'utf8')).toBe('shutdown\n');
  });

  test('U15 each proxy of the actor counts', async () => {
    const actor = await Counter.spawn();
    const pid = await actor.pid();
    const other = callOptions(actor, { timeout: 60_000 });
    release(actor);
    expect(await other.increment()).toBe(1);
    expect(isAlive(pid)).toBe(true);
    release(other);
    await hasEnded(pid);
  });

  test('U15 one left-over proxy of an object of the actor keeps it alive', async () => {
    const actor = await Keeper.spawn();
    const pid = await actor.pid();
    const shelf = asProxy(await actor.shelf());
    release(actor);
    expect(await shelf.callMethod('put', ['first'])).toBe(1);
    expect(await shelf.callMethod('put', ['second'])).toBe(2);
    expect(isAlive(pid)).toBe(true);
    expect(stats()).toMatchObject({ imports: 1, sessions: 1 });
    release(shelf);
    await hasEnded(pid);
  });

  test('U15 a proxy that another actor keeps counts', async () => {
    await using keeper = await Keeper.spawn();
    const counter = await Counter.spawn();
    const pid = await counter.pid();
    await keeper.keep(counter);
    release(counter);
    const kept = asProxy(await keeper.kept());
    expect(await kept.callMethod('increment')).toBe(1);
    release(kept);
    expect(isAlive(pid)).toBe(true);
    await keeper.drop();
    await hasEnded(pid);
  });

  test('U15 a proxy in a process that connected counts', async () => {
    const log = join(scratch, 'held');
    const actor = await Hooked.with({ authkey }).spawn(log);
    await using client = new Program('client', [actor.connectionAddress ?? '', authkey, 'hold']);
    const pid = await client.saidNumber('pid');
    release(actor);
    client.goOn();
    expect(await client.ended, client.stderr).toMatchObject({ exitCode: 0 });
    await hasEnded(pid);
  });

  test('U15 the process ends when the last proxy is collected', async () => {
    await using program = new Program('collecting', [], { execArgv: ['--expose-gc'] });
    const pid = await program.saidNumber('pid');
    await hasEnded(pid);
    expect(isAlive(program.pid)).toBe(true);
  });

  test('U15 a left-over proxy keeps it until that is collected', async () => {
    await using program = new Program('collecting', ['leftover'], { execArgv: ['--expose-gc'] });
    const pid = await program.saidNumber('pid');
    await program.said('lost');
    expect(isAlive(pid)).toBe(true);
    program.goOn();
    expect(await program.said('length')).toBe('1');
    await hasEnded(pid);
    expect(isAlive(program.pid)).toBe(true);
  });

  test("U15 the owner's shutdown ends it whoever still holds one", async () => {
    await using keeper = await Keeper.spawn();
    const counter = await Counter.spawn();
    const pid = await counter.pid();
    await keeper.keep(counter);
    expect(await keeper.useKept('increment')).toBe(1);
    await counter.shutdown();
    expect(isAlive(pid)).toBe(false);
    const error = await failure(keeper.useKept('increment'));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ name: 'ActorDiedError', code: 'ACTOR_DIED' });
  });
});

describe('U16 after the end', () => {
  test('U16 calls in flight and later ones reject with ActorDiedError, each once', async () => {
    const actor = await Counter.spawn();
    const pid = await actor.pid();
    const flying = [failure(actor.wait()), failure(actor.wait()), failure(actor.exitNow(3))];
    for (const error of await Promise.all(flying)) {
      expect(error).toBeInstanceOf(ActorDiedError);
      expect(error).toMatchObject({
        code: 'ACTOR_DIED',
        actor: 'Counter',
        exitCode: 3,
        signal: null,
        executed: 'maybe',
        message: expect.stringMatching(/^the process of Counter has ended with exit code 3/),
      });
    }
    const later = await failure(actor.increment());
    expect(later).toBeInstanceOf(ActorDiedError);
    expect(later).toMatchObject({ exitCode: 3, executed: 'no' });
    expect(isAlive(pid)).toBe(false);
  });

  test('U16 the signal is told', async () => {
    const actor = await Counter.spawn();
    const flying = failure(actor.wait());
    process.kill(await actor.pid(), 'SIGKILL');
    expect(await flying).toMatchObject({ exitCode: null, signal: 'SIGKILL', executed: 'maybe' });
  });

  test('U16 a second shutdown resolves, however the process ended', async () => {
    const stopped = await Counter.spawn();
    await Promise.all([stopped.shutdown(), stopped.shutdown()]);
    await stopped.shutdown();
    const killed = await Counter.spawn();
    const pid = await killed.pid();
    process.kill(pid, 'SIGKILL');
    await killed.shutdown();
    await killed.shutdown();
    expect(isAlive(pid)).toBe(false);
  });

  test('U16 calls after shutdown say so', async () => {
    const actor = await Counter.spawn();
    await actor.shutdown();
    const error = await failure(actor.increment());
    expect(error).toBeInstanceOf(ActorDiedError);
    expect(error).toMatchObject({ actor: 'Counter', exitCode: 0, signal: null, executed: 'no' });
  });

  test('U16 calls through a connected proxy reject with ActorDiedError, too', async () => {
    const owned = await Counter.with({ authkey }).spawn();
    const connected = await Counter.connect(owned.connectionAddress ?? '', { ownConnection: true, authkey });
    const flying = failure(connected.wait());
    await connected.increment();
    process.kill(await owned.pid(), 'SIGKILL');
    expect(await flying).toBeInstanceOf(ActorDiedError);
    expect(await flying).toMatchObject({ actor: 'Counter', executed: 'maybe', exitCode: undefined, signal: undefined });
    expect(await failure(connected.increment())).toMatchObject({ code: 'ACTOR_DIED', executed: 'no' });
    await owned.shutdown();
  });
});

describe('U18 a script whose work is done', () => {
  test('U18 ends by itself, and its idle actor with it', async () => {
    await using program = new Program('idle', ['resting']);
    const pid = await program.saidNumber('pid');
    expect(await program.ended, program.stderr).toEqual({ exitCode: 0, signal: null });
    await hasEnded(pid);
  });

  test('U18 does not end while a call is in flight', async () => {
    await using program = new Program('idle', ['calling']);
    const pid = await program.saidNumber('pid');
    expect(await program.ended, program.stderr).toEqual({ exitCode: 0, signal: null });
    expect(await program.said('answer')).toBe('42');
    await hasEnded(pid);
  });
});

test('U13 U14 only the proxy that spawn gave ends its actor, another one in the same process is released and no more', async () => {
  await using keeper = await Keeper.spawn();
  await using actor = await Counter.spawn();
  {
    await using returned = asProxy(await keeper.echo(actor));
    expect(sameReferent(returned, actor)).toBe(true);
  }
  await keeper.tail(actor, async (given) => {
    await using received = asProxy(given);
    expect(sameReferent(received, actor)).toBe(true);
  });
  {
    await using clone = callOptions(actor, { timeout: 60_000 });
    expect(await clone.increment()).toBe(1);
  }
  const returned = await keeper.echo(actor);
  if (!(returned instanceof ActorProxy)) throw new Error('an actor came back as something else');
  await returned.shutdown();
  expect(await failure(terminate(returned))).toMatchObject({ code: 'NOT_ALLOWED' });
  expect(await actor.increment(), 'the actor lives on').toBe(2);
  release(returned);
  await callOptions(actor, { timeout: 60_000 }).shutdown();
  expect(await failure(actor.increment())).toMatchObject({ code: 'ACTOR_DIED' });
});
