import { ActorDiedError, type Remote } from 'uactor';
import { Faulty } from '#fixtures/faulty.js';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { Program } from '../support/program.ts';

const authkey = 'a key that only this test knows';
const Quiet = Faulty.with({ stdio: ['ignore', 'ignore', 'ignore'] });

function addressOf(actor: Remote<typeof Faulty>): string {
  if (actor.connectionAddress === undefined) throw new Error('the actor listens nowhere');
  return actor.connectionAddress;
}

function hangs(actor: Remote<typeof Faulty>, count: number): readonly Promise<unknown>[] {
  return Array.from({ length: count }, () => actor.hang());
}

async function reasonsOf(calls: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  return await Promise.all(calls.map((call) => failure(call)));
}

test('F01 a killed actor rejects every call of every client once, and the errors say which calls were not sent', async () => {
  const Bounded = Faulty.with({ authkey, limits: { maxCallsInFlight: 16 } });
  const actor = await Bounded.spawn();
  const address = addressOf(actor);
  const local = await Promise.all(
    Array.from({ length: 6 }, () => Bounded.connect(address, { ownConnection: true, authkey })),
  );
  const programs = Array.from({ length: 3 }, () => new Program('faulty-client', [address, authkey, 'call', '10']));
  const observer = await Bounded.connect(address, { ownConnection: true, authkey });
  await Promise.all(programs.map((program) => program.said('calling')));
  const ownCalls = hangs(actor, 20);
  const localCalls = local.map((client) => hangs(client, 10));
  await eventually(async () => expect(await observer.waiting()).toBe(16 + 60 + 30));

  expect(await observer.stats()).toMatchObject({ sessions: 1 + 6 + 3 + 1, callsRunning: 16 + 60 + 30 });
  const outcomes = Promise.all([reasonsOf(ownCalls), ...localCalls.map((calls) => reasonsOf(calls))]);
  process.kill(await observer.pid(), 'SIGKILL');
  const [ownReasons, ...localReasons] = await outcomes;

  for (const [index, reason] of ownReasons.entries()) {
    expect(reason).toBeInstanceOf(ActorDiedError);
    const executed = index < 16 ? 'maybe' : 'no';
    expect(reason).toMatchObject({ signal: 'SIGKILL', exitCode: null, actor: 'Faulty', executed });
  }
  for (const reason of localReasons.flat()) {
    expect(reason).toBeInstanceOf(ActorDiedError);
    expect(reason).toMatchObject({ code: 'ACTOR_DIED', executed: 'maybe' });
  }
  await Promise.all(
    programs.map(async (program) => {
      const reported: unknown = JSON.parse(await program.said('outcomes'));
      expect(reported).toEqual(Array.from({ length: 10 }, () => ({ name: 'ActorDiedError', executed: 'maybe' })));
      expect(JSON.parse(await program.said('later'))).toEqual({ name: 'ActorDiedError', executed: 'no' });
      expect(await program.ended).toEqual({ exitCode: 0, signal: null });
    }),
  );
  await expect(actor.mark()).rejects.toMatchObject({ name: 'ActorDiedError', signal: 'SIGKILL', executed: 'no' });
  await expect(local[0]?.mark()).rejects.toMatchObject({ name: 'ActorDiedError', executed: 'no' });
  await actor.shutdown();
});

describe('an uncaught error', () => {
  test.each([
    ['uncaught', /exit code 1: RangeError: nobody caught this$/],
    ['rejection', /exit code 1: RangeError: nobody awaited this$/],
    ['uncaughtBareObject', /exit code 1: a value that cannot be shown was thrown$/],
    ['uncaughtPlainObject', /exit code 1: \{ code: 5, rows: \[Array\], late: \[Getter\] \}$/],
    ['uncaughtInstance', /exit code 1: Refusal \{ code: 5, reason: RangeError: no room \}$/],
    ['uncaughtGetter', /exit code 1: a value that cannot be shown was thrown$/],
    ['uncaughtHuge', /exit code 1: Error: \\x1b\[31my+$/],
  ] as const)('F13 %s: ends the process, and its callers get the cause in short', async (harm, message) => {
    const actor = await Quiet.with({ authkey }).spawn();
    const client = await Quiet.connect(addressOf(actor), { ownConnection: true, authkey });
    const calls = [actor.hang(), client.hang()];
    await eventually(async () => expect(await actor.waiting()).toBe(2));
    const reasons = reasonsOf(calls);
    await actor.harm(harm);
    const [own, clients] = await reasons;
    expect(own).toBeInstanceOf(ActorDiedError);
    expect(own).toMatchObject({
      exitCode: 1,
      signal: null,
      executed: 'maybe',
      message: expect.stringMatching(message),
    });
    expect(clients).toBeInstanceOf(ActorDiedError);
    for (const reason of [own, clients]) {
      expect(reason instanceof Error ? reason.message.length : Infinity).toBeLessThan(700);
    }
    await actor.shutdown();
  });
});

test('F14 an exit in a method rejects the method and the calls in flight with the exit code', async () => {
  for (const exitCode of [0, 3]) {
    const actor = await Quiet.spawn();
    const reasons = await reasonsOf([actor.hang(), actor.exitNow(exitCode)]);
    for (const reason of reasons) {
      expect(reason).toBeInstanceOf(ActorDiedError);
      expect(reason).toMatchObject({ exitCode, signal: null, executed: 'maybe' });
    }
    await actor.shutdown();
  }
});

test('F14 a shutdown first sends the pending replies', async () => {
  const actor = await Faulty.with({ shutdownTimeout: 60_000 }).spawn();
  const replies = Array.from({ length: 300 }, () => actor.bytes(100_000));
  const ending = actor.shutdown();
  const sizes = (await Promise.all(replies)).map((reply) => reply.length);
  expect(sizes).toEqual(Array.from({ length: 300 }, () => 100_000));
  await ending;
});

test('F22 an exhausted heap is reported by its signal, and no other actor is affected', async () => {
  const Small = Quiet.with({ resourceLimits: { maxOldGenerationSizeMb: 32 } });
  await using other = await Faulty.spawn();
  const actor = await Small.spawn();
  const reason = await failure(actor.harm('exhaust'));
  expect(reason).toBeInstanceOf(ActorDiedError);
  expect(reason).toMatchObject({
    exitCode: null,
    signal: expect.stringMatching(/^SIG(ABRT|TRAP)$/),
    message: expect.stringContaining('ran out of memory: raise resourceLimits.maxOldGenerationSizeMb'),
    executed: 'maybe',
  });
  expect(await other.mark()).toBe(1);
  await actor.shutdown();
});
