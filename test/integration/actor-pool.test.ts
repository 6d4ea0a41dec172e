import { scratch } from '../support/leaks.ts';
import { EventEmitter, once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { ActorPool, type AsyncResultProxy, terminate } from 'uactor';
import { Member } from '#fixtures/member.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure, thrown } from '../support/failure.ts';
import { runProgram } from '../support/run-program.ts';
import { shared } from '../support/shared.ts';

const pools = shared(() => ActorPool.spawn(Member, { size: 3 }));

test('a pool has as many actors as asked for, each in a process of its own', async () => {
  const pool = pools();
  expect(pool.size).toBe(3);
  expect(pool.members()).toHaveLength(3);
  expect(new Set(await pool.broadcast.process()).size).toBe(3);
});

test('a pool has as many actors as there are processors, if nothing else is said', async () => {
  await using pool = await ActorPool.spawn(Member);
  expect(pool.size).toBe(availableParallelism());
});

test('any calls the member that has the least to do, and idle ones in turn', async () => {
  await using pool = await ActorPool.spawn(Member, { size: 3 });
  const pids = await pool.broadcast.process();
  const turns: number[] = [];
  for (let turn = 0; turn < 6; turn++) turns.push(await pool.any.process());
  expect(new Set(turns.slice(0, 3))).toEqual(new Set(pids));
  expect(turns.slice(3)).toEqual(turns.slice(0, 3));

  const answers = new EventEmitter();
  const busy = [0, 1].map(() => pool.any.ask(async () => await once(answers, 'answer')));
  const idle = new Set<number>();
  for (let call = 0; call < 5; call++) idle.add(await pool.any.process());
  expect(idle.size).toBe(1);
  await eventually(() => expect(answers.listenerCount('answer')).toBe(2));
  answers.emit('answer');
  expect(new Set([...(await Promise.all(busy)), ...idle])).toEqual(new Set(pids));
});

test('calls in flight are spread evenly', async () => {
  await using pool = await ActorPool.spawn(Member, { size: 3 });
  const answers = new EventEmitter();
  const calls = Array.from({ length: 9 }, () => pool.any.ask(async () => await once(answers, 'answer')));
  await eventually(() => expect(answers.listenerCount('answer')).toBe(9));
  answers.emit('answer');
  const counts = new Map<number, number>();
  for (const pid of await Promise.all(calls)) counts.set(pid, (counts.get(pid) ?? 0) + 1);
  expect([...counts.values()]).toEqual([3, 3, 3]);
});

test('broadcast calls every member and gives the results in their order; one failure rejects', async () => {
  const pool = pools();
  const pids = await pool.broadcast.process();
  expect(await Promise.all(pool.members().map((member) => member.process()))).toEqual(pids);
  expect(await failure(pool.broadcast.failHere(pids[1] ?? 0))).toMatchObject({ name: 'RangeError', message: 'here' });
  expect((await pool.broadcast.note('x')).map((notes) => notes.at(-1))).toEqual(['x', 'x', 'x']);
});

test('byKey always leads to the same member, and keys are spread over all of them', async () => {
  const pool = pools();
  const keys = Array.from({ length: 60 }, (_, index) => `user ${index}`);
  const first = await Promise.all(keys.map((key) => pool.byKey(key).process()));
  const again = await Promise.all(keys.map((key) => pool.byKey(key).process()));
  expect(again).toEqual(first);
  expect(new Set(first).size).toBe(3);
  for (const key of [1, '1', 1n, true]) {
    expect(await pool.byKey(key).process()).toBe(await pool.byKey(key).process());
  }
});

test('U39 calls for one key start in the order in which they were made', async () => {
  const pool = pools();
  const notes = await Promise.all(Array.from({ length: 50 }, (_, index) => pool.byKey('k').note(`${index}`)));
  expect(notes.at(-1)?.slice(-50)).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`));
});

test('F33 a member that dies rejects its own calls, once, and is replaced', async () => {
  await using pool = await ActorPool.spawn(Member, { size: 2, backoff: { initialMs: 1 } });
  const before = await pool.broadcast.process();
  const waiting = pool.members().map((member) => failure(member.wait()));
  const pooled = [failure(pool.any.wait()), failure(pool.any.wait())];
  expect(await failure(pool.byKey('k').die(7))).toMatchObject({
    name: 'ActorDiedError',
    exitCode: 7,
    executed: 'maybe',
  });
  // One of the two members has died, with one call of each kind.
  const died = { name: 'ActorDiedError', exitCode: 7 };
  expect(await Promise.race(waiting)).toMatchObject(died);
  expect(await Promise.race(pooled)).toMatchObject(died);
  await eventually(async () => expect(pool.members()).toHaveLength(2));
  const after = await pool.broadcast.process();
  expect(after.filter((pid) => before.includes(pid))).toHaveLength(1);
  await pool.shutdown();
  await Promise.all([...waiting, ...pooled]);
});

test('F33 a key goes to the replacement of its member, and waits for it', async () => {
  await using pool = await ActorPool.spawn(Member, { size: 3, backoff: { initialMs: 1 } });
  const keys = Array.from({ length: 30 }, (_, index) => index);
  const before = await Promise.all(keys.map((key) => pool.byKey(key).process()));
  const victim = before[0];
  expect(await failure(pool.byKey(0).die(1))).toMatchObject({ name: 'ActorDiedError' });
  const replacement = await pool.byKey(0).process();
  expect(before).not.toContain(replacement);
  const after = await Promise.all(keys.map((key) => pool.byKey(key).process()));
  expect(after).toEqual(before.map((pid) => (pid === victim ? replacement : pid)));
});

test('F33 calls wait while every member is being replaced, in the order in which they came', async () => {
  await using pool = await ActorPool.spawn(Member, { size: 1, backoff: { initialMs: 1 } });
  expect(await failure(pool.any.die(1))).toMatchObject({ name: 'ActorDiedError' });
  const notes = [pool.any.note('a'), pool.any.note('b'), pool.broadcast.note('c')];
  await Promise.all(notes);
  expect(await pool.any.note('d')).toEqual(['a', 'b', 'c', 'd']);
});

test('F33 a place whose actors do not come up any more is given up, and its keys go to the others', async () => {
  const refusal = join(scratch, 'one-is-lost');
  await using pool = await ActorPool.spawn(Member, { size: 2, backoff: { initialMs: 1 }, maxRestarts: 3 }, refusal);
  const survivorOf = async (): Promise<number> => (await pool.broadcast.process())[0] ?? 0;
  const victim = await pool.byKey('k').process();
  writeFileSync(refusal, '');
  expect(await failure(pool.byKey('k').die(1))).toMatchObject({ name: 'ActorDiedError' });
  const pid = await pool.byKey('k').process();
  expect(pid).not.toBe(victim);
  expect(pid).toBe(await survivorOf());
  expect(pool.size).toBe(2);
  expect(pool.members()).toHaveLength(1);
});

test('F33 a pool that has lost all its members says why', async () => {
  const refusal = join(scratch, 'all-are-lost');
  await using pool = await ActorPool.spawn(Member, { size: 1, backoff: { initialMs: 1 }, maxRestarts: 2 }, refusal);
  writeFileSync(refusal, '');
  const waiting = failure(pool.any.die(1));
  expect(await waiting).toMatchObject({ name: 'ActorDiedError' });
  const lost = {
    name: 'UActorError',
    message: /the pool of Member has no actors left/,
    cause: { message: 'no more members' },
  };
  expect(await failure(pool.any.process())).toMatchObject(lost);
  expect(await failure(pool.byKey('k').process())).toMatchObject(lost);
  expect(await failure(pool.broadcast.process())).toMatchObject(lost);
});

test('a member killed from outside is replaced as well', async () => {
  await using pool = await ActorPool.spawn(Member, { size: 2, backoff: { initialMs: 1 } });
  const [first] = pool.members();
  if (first === undefined) throw new Error('the pool has no members');
  await terminate(first);
  await eventually(() => {
    expect(pool.members()).toHaveLength(2);
    expect(pool.members()).not.toContain(first);
  });
  expect(new Set(await pool.broadcast.process()).size).toBe(2);
});

test('errors, callbacks and typeids are those of the actor', async () => {
  const pool = pools();
  expect(await failure(pool.any.fail('no'))).toMatchObject({ name: 'RangeError', message: 'no' });
  using result: AsyncResultProxy<number> = await pool.any.later();
  expect(await pool.broadcast.process()).toContain(await result.get());
});

test('shutdown ends all members, also one that is on its way, and later calls are refused', async () => {
  const pool = await ActorPool.spawn(Member, { size: 2, backoff: { initialMs: 1 } });
  await failure(pool.any.die(1));
  await eventually(() => expect(pool.members()).toHaveLength(1));
  const waiting = failure(pool.byKey('k').wait());
  await Promise.all([pool.shutdown(), pool.shutdown()]);
  expect(await waiting).toBeInstanceOf(Error);
  expect(pool.members()).toEqual([]);
  expect(await failure(pool.any.process())).toMatchObject({ code: 'INVALID_STATE', message: /was shut down/ });
  expect(await failure(pool.broadcast.process())).toMatchObject({ code: 'INVALID_STATE' });
});

test('shutdown passes on what the hooks of the members throw', async () => {
  const one = await ActorPool.spawn(Member, { size: 2 });
  await one.any.note('fail to shut down');
  expect(await failure(one.shutdown())).toMatchObject({ message: 'cannot: 1' });
  const all = await ActorPool.spawn(Member, { size: 2 });
  await all.broadcast.note('fail to shut down');
  expect(await failure(all.shutdown())).toMatchObject({ errors: [{ message: 'cannot: 1' }, { message: 'cannot: 1' }] });
});

test('a pool whose actors do not come up rejects with their error and leaves none behind', async () => {
  const refusal = join(scratch, 'never');
  writeFileSync(refusal, '');
  expect(await failure(ActorPool.spawn(Member, { size: 2 }, refusal))).toMatchObject({ message: 'no more members' });
});

test('options that make no sense are refused before anything starts', async () => {
  for (const size of [0, -1, 1.5, Number.NaN]) {
    expect(await failure(ActorPool.spawn(Member, { size }))).toBeInstanceOf(RangeError);
  }
  expect(await failure(ActorPool.spawn(Member, { size: 1, backoff: { initialMs: Number.NaN } }))).toBeInstanceOf(
    TypeError,
  );
  expect(await failure(ActorPool.spawn(Member, { size: 1, maxRestarts: -1 }))).toBeInstanceOf(RangeError);
  // @ts-expect-error -- that is what is tried
  expect(await failure(ActorPool.spawn(Member, { size: 1, restartDelay: 1 }))).toMatchObject({
    name: 'TypeError',
    message: "ActorPool.spawn: there is no option 'restartDelay', only size, backoff, maxRestarts",
  });
});

test('hooks and private members are not called through a pool', async () => {
  const pool = pools();
  expect(Object.keys(pool.any).toSorted()).toEqual(
    ['ask', 'die', 'fail', 'failHere', 'later', 'note', 'process', 'wait'].toSorted(),
  );
  expect(thrown(() => Object.assign(pool, { size: 3 }))).toBeInstanceOf(TypeError);
});

test('U18 a script with an idle pool ends by itself', async () => {
  const run = await runProgram(['build/fixtures/programs/idle-pool.js']);
  expect(run).toEqual({ exitCode: 0, signal: null, stdout: '2\n', stderr: '' });
});
