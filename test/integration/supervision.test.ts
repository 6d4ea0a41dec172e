import { hasEnded, isAlive, scratch } from '../support/leaks.ts';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callOptions, release, RestartLimitError, supervise, superviseAll, SyncManager, terminate } from 'uactor';
import { Member } from '#fixtures/member.js';
import { Asking, Holder, Noting } from '#fixtures/supervised.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { Program } from '../support/program.ts';
import { runProgram } from '../support/run-program.ts';

let gates = 0;

const SOON = { backoff: { initialMs: 1 }, maxRestarts: 20 } as const;

test('U65 a supervised actor that dies is restarted, and the stable proxy follows it', async () => {
  await using member = await supervise(Member, [], SOON);
  const first = await member.process();
  expect(await failure(member.die(3))).toMatchObject({ code: 'ACTOR_DIED', exitCode: 3, executed: 'maybe' });
  const second = await member.process();
  expect(second).not.toBe(first);
  process.kill(second, 'SIGKILL');
  await hasEnded(second);
  // A process can end before its pipe shows it; a call made in between is lost.
  const third = await eventually(async () => await member.process());
  expect([first, second]).not.toContain(third);
});

test('U65 calls made during a restart wait for it, in order, and no longer than their deadline', async () => {
  const gate = join(scratch, `refuse-${++gates}`);
  await using member = await supervise(Member, [gate], { maxRestarts: 1_000, backoff: { initialMs: 1, maxMs: 20 } });
  writeFileSync(gate, '');
  await failure(member.die(1));
  const late = failure(callOptions(member, { timeout: 50 }).note('late'));
  expect(await late).toMatchObject({
    name: 'TimeoutError',
    executed: 'no',
    message: expect.stringContaining('Member ended and is being restarted by its supervisor'),
  });
  const aborted = new AbortController();
  const given = failure(callOptions(member, { signal: aborted.signal }).note('aborted'));
  const calls = [member.note('a'), member.note('b'), member.note('c')];
  aborted.abort(new Error('no longer wanted'));
  expect(await given).toMatchObject({ message: 'no longer wanted' });
  rmSync(gate);
  expect(await Promise.all(calls)).toEqual([['a'], ['a', 'b'], ['a', 'b', 'c']]);
});

test('U65 more restarts than the limit end the supervision with the last exit', async () => {
  const member = await supervise(Member, [], { maxRestarts: 2, withinMs: 60_000, backoff: { initialMs: 1 } });
  await failure(member.die(1));
  await failure(member.die(2));
  await failure(member.die(7));
  const error = await failure(member.process());
  expect(error).toBeInstanceOf(RestartLimitError);
  expect(error).toMatchObject({ code: 'RESTART_LIMIT', executed: 'no', exitCode: 7, signal: null });
  await member.shutdown();
});

test('U65 a member that does not come up again counts as one that died', async () => {
  const gate = join(scratch, `refuse-${++gates}`);
  const member = await supervise(Member, [gate], { maxRestarts: 3, withinMs: 60_000, backoff: { initialMs: 1 } });
  writeFileSync(gate, '');
  await failure(member.die(1));
  const error = await failure(member.process());
  expect(error).toMatchObject({ code: 'RESTART_LIMIT', executed: 'no', cause: { message: 'no more members' } });
});

test('U65 an actor that exits in order is restarted only by restart: always', async () => {
  const onFailure = await supervise(Member, [], SOON);
  await failure(onFailure.die(0));
  expect(await failure(onFailure.process())).toMatchObject({ code: 'ACTOR_DIED', exitCode: 0, executed: 'no' });
  await onFailure.shutdown();

  await using always = await supervise(Member, [], { ...SOON, restart: 'always' });
  const first = await always.process();
  await failure(always.die(0));
  expect(await always.process()).not.toBe(first);

  const never = await supervise(Member, [], { ...SOON, restart: 'never' });
  await failure(never.die(1));
  expect(await failure(never.process())).toMatchObject({ code: 'ACTOR_DIED', exitCode: 1, executed: 'no' });
});

test('U65 the first incarnation that does not come up rejects supervise', async () => {
  const gate = join(scratch, `refuse-${++gates}`);
  writeFileSync(gate, '');
  expect(await failure(supervise(Member, [gate]))).toMatchObject({ message: 'no more members' });
});

test('U65 shutdown and terminate of the stable proxy end the actor for good', async () => {
  const one = await supervise(Member, [], { ...SOON, restart: 'always' });
  const other = await supervise(Member, [], { ...SOON, restart: 'always' });
  const pids = [await one.process(), await other.process()];
  await one.shutdown();
  await terminate(other);
  for (const pid of pids) expect(isAlive(pid)).toBe(false);
  for (const member of [one, other]) {
    expect(await failure(member.process())).toMatchObject({
      code: 'UNREACHABLE',
      executed: 'no',
      message: expect.stringContaining('is no longer supervised'),
    });
  }
  await one.shutdown();
});

test('U65 shutdown of one member ends its group', async () => {
  const group = await superviseAll([[Member], [Member]], { ...SOON, restart: 'always' });
  const [first, second] = group.proxies;
  const pids = [await first.process(), await second.process()];
  await first.shutdown();
  expect(await group.over).toBeUndefined();
  for (const pid of pids) expect(isAlive(pid)).toBe(false);
  expect(await failure(second.process())).toMatchObject({ code: 'UNREACHABLE', executed: 'no' });
});

test('U65 shutdown during a restart ends it', async () => {
  const member = await supervise(Member, [], { restart: 'always', backoff: { initialMs: 60_000, maxMs: 60_000 } });
  await failure(member.die(1));
  const waiting = failure(member.process());
  await member.shutdown();
  expect(await waiting).toMatchObject({ executed: 'no' });
});

test('U65 proxies among the arguments stay held, though their sender releases them', async () => {
  await using manager = await SyncManager.start();
  const list = await manager.list([1]);
  await using holder = await supervise(Holder, [list], SOON);
  list[Symbol.dispose]();
  await failure(holder.die());
  expect(await holder.append(2)).toEqual([1, 2]);
});

test('U65 one-for-all restarts every member, rest-for-one those after it, one-for-one it alone', async () => {
  for (const [strategy, survivors] of [
    ['one-for-one', [0, 2]],
    ['rest-for-one', [0]],
    ['one-for-all', []],
  ] as const) {
    await using group = await superviseAll([[Member], [Member], [Member]], { ...SOON, strategy });
    const before = await Promise.all(group.proxies.map((member) => member.process()));
    await failure(group.proxies[1].die(1));
    await eventually(async () => {
      const after = await Promise.all(group.proxies.map((member) => member.process()));
      expect(after.flatMap((pid, index) => (pid === before[index] ? [index] : []))).toEqual(survivors);
    });
  }
});

test('U65 members are made with the stable proxies of those before them', async () => {
  await using group = await superviseAll([[Member], [Asking, ([member]) => [member]]], {
    ...SOON,
    strategy: 'rest-for-one',
  });
  const [member, asking] = group.proxies;
  expect(await asking.ask()).toBe(await member.process());
  await failure(member.die(1));
  await eventually(async () => expect(await asking.ask()).toBe(await member.process()));
});

test('U65 with one-for-one a later member keeps the proxy of the incarnation that it was given', async () => {
  await using group = await superviseAll([[Member], [Asking, ([member]) => [member]]], SOON);
  const [member, asking] = group.proxies;
  const first = await member.process();
  expect(await asking.ask()).toBe(first);
  await failure(member.die(1));
  await eventually(async () => expect(await member.process()).not.toBe(first));
  expect(await failure(asking.ask())).toMatchObject({ name: 'ActorDiedError' });
});

test('U65 a group that ends too often is over for all members', async () => {
  const group = await superviseAll([[Member], [Member]], { maxRestarts: 0 });
  const pids = await Promise.all(group.proxies.map((member) => member.process()));
  await failure(group.proxies[0].die(9));
  expect(await group.over).toMatchObject({ code: 'RESTART_LIMIT', exitCode: 9 });
  for (const pid of pids) await hasEnded(pid);
  for (const member of group.proxies) expect(await failure(member.process())).toMatchObject({ code: 'RESTART_LIMIT' });
});

test('U65 a member that does not come up at first takes the others with it', async () => {
  const gate = join(scratch, `refuse-${++gates}`);
  writeFileSync(gate, '');
  const log = join(scratch, 'pid');
  expect(
    await failure(
      superviseAll([
        [Noting, [log]],
        [Member, [gate]],
      ]),
    ),
  ).toMatchObject({
    message: 'no more members',
  });
  expect(existsSync(log)).toBe(true);
});

test('U65 a hook that fails when a supervisor gives up is reported, and every member ends', async () => {
  const warned = once(process, 'warning');
  const group = await superviseAll([[Member], [Member], [Member]], { maxRestarts: 0 });
  const [dying, failing, other] = group.proxies;
  const pids = [await failing.process(), await other.process()];
  await failing.note('fail to shut down');
  await failure(dying.die(9));
  expect(await group.over).toMatchObject({ code: 'RESTART_LIMIT', exitCode: 9 });
  const [warning]: readonly unknown[] = await warned;
  expect(warning).toMatchObject({ code: 'UACTOR_SHUTDOWN_HOOK', message: expect.stringContaining('cannot: 1') });
  for (const pid of pids) await hasEnded(pid);
  expect(await failure(other.process())).toMatchObject({ code: 'RESTART_LIMIT' });
});

test('U65 a supervisor that is killed takes the present incarnation with it', async () => {
  await using supervisor = new Program('supervisor');
  const pid = await supervisor.saidNumber('pid');
  expect(await supervisor.saidNumber('first')).not.toBe(pid);
  expect(isAlive(pid)).toBe(true);
  supervisor.child.kill('SIGKILL');
  await hasEnded(pid);
});

test('U65 options that make no sense are a TypeError before a process starts', async () => {
  const wrong = [
    { restart: 'sometimes' },
    { maxRestarts: -1 },
    { withinMs: Number.NaN },
    { strategy: 'all' },
    { retries: 3 },
  ];
  for (const options of wrong) {
    // @ts-expect-error -- that is what is tried
    expect(await failure(supervise(Member, [], options))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  }
  for (const backoff of [5, null, { initial: 1 }, { initialMs: -1 }]) {
    // @ts-expect-error -- that is what is tried
    expect(await failure(supervise(Member, [], { backoff }))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  }
  for (const members of [[Member], [[undefined]], [[Member, 'text']], [[{}, []]], [[Date, []]]]) {
    // @ts-expect-error -- that is what is tried
    expect(await failure(superviseAll(members))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  }
  // @ts-expect-error -- that is what is tried
  expect(await failure(supervise(undefined, []))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  // @ts-expect-error -- that is what is tried
  expect(await failure(superviseAll([[Member, () => 'text']]))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  // @ts-expect-error -- the arguments are a list
  expect(await failure(supervise(Member))).toMatchObject({
    name: 'TypeError',
    message: expect.stringContaining('[] for none'),
  });
  expect(await failure(superviseAll([]))).toMatchObject({ name: 'TypeError' });
});

test('U65 release of the stable proxy ends a supervised actor', async () => {
  const member = await supervise(Member, [], { ...SOON, restart: 'always' });
  const pid = await member.process();
  release(member);
  await hasEnded(pid);
});

test('U65 a script whose actors are supervised ends by itself', async () => {
  const run = await runProgram(['build/fixtures/programs/supervising.js']);
  expect(run).toEqual({ exitCode: 0, signal: null, stdout: 'restarted\n', stderr: '' });
});
