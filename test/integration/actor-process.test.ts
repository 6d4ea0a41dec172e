import { hasEnded, isAlive, scratch } from '../support/leaks.ts';
import { join } from 'node:path';
import { actorProcess, ActorProxy, ended, endTogether, release, terminate } from 'uactor';
import { Member } from '#fixtures/member.js';
import { Nursery } from '#fixtures/supervised.js';
import { expect, test } from 'vitest';
import { failure, thrown } from '../support/failure.ts';
import { runProgram } from '../support/run-program.ts';

test('U63 ended tells the owner how the process ended', async () => {
  const exiting = await Member.spawn();
  const end = ended(exiting);
  await failure(exiting.die(4));
  expect(await end).toMatchObject({ reason: 'process', exitCode: 4, signal: null, error: { code: 'ACTOR_DIED' } });

  const killed = await Member.spawn();
  const kill = ended(killed);
  await terminate(killed);
  expect(await kill).toMatchObject({ reason: 'process', exitCode: null, signal: 'SIGKILL' });
});

test('U63 ended resolves for a connected and for a handed-over proxy, without the exit code', async () => {
  const address = `ipc://${join(scratch, 'ended.sock')}`;
  const member = await Member.with({ address }).spawn();
  const connected = await Member.connect(address, { ownConnection: true });
  const end = ended(connected);
  await failure(member.die(4));
  expect(await end).toMatchObject({ exitCode: undefined, signal: undefined });

  await using nursery = await Nursery.spawn();
  const inner = await nursery.member();
  const handedOver = ended(inner);
  await failure(inner.die(5));
  expect(await handedOver).toMatchObject({ exitCode: undefined, signal: undefined });
});

test('U63 ended holds no reference: the actor ends with its last proxy', async () => {
  const member = await Member.spawn();
  const pid = await member.process();
  const end = ended(member);
  release(member);
  expect(await end).toMatchObject({ reason: 'process', exitCode: 0 });
  await hasEnded(pid);
});

test('U63 ended refuses what is not a proxy', async () => {
  // @ts-expect-error -- that is what is tried
  expect(thrown(() => ended({}))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  // @ts-expect-error -- that is what is tried
  expect(await failure(actorProcess({}))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
});

test('U63 actorProcess gives the owner what ends the process, also when its proxy is released', async () => {
  const address = `ipc://${join(scratch, 'process.sock')}`;
  const member = await Member.with({ address }).spawn();
  const handle = await actorProcess(member);
  expect(handle.pid).toBe(await member.process());
  const other = await Member.connect(address, { ownConnection: true });
  expect(other).toBeInstanceOf(ActorProxy);
  const foreign = await actorProcess(other);
  expect(foreign.pid).toBe(handle.pid);
  expect(await failure(foreign.kill())).toMatchObject({ code: 'NOT_ALLOWED' });
  expect(await failure(foreign.stop())).toMatchObject({ code: 'NOT_ALLOWED' });
  release(member);
  expect(isAlive(handle.pid)).toBe(true);
  await handle.stop();
  expect(await handle.ended).toMatchObject({ reason: 'process', exitCode: 0 });

  const another = await Member.spawn();
  const killed = await actorProcess(another);
  await killed.kill();
  expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });
});

test('U66 endTogether ends one actor with the other, until they are untied', async () => {
  const [a, b, c] = await Promise.all([Member.spawn(), Member.spawn(), Member.spawn()]);
  const pids = await Promise.all([a, b, c].map((member) => member.process()));
  endTogether(a, b);
  const untie = endTogether(b, c);
  untie();
  await terminate(a);
  await hasEnded(pids[1] ?? 0);
  expect(await c.process()).toBe(pids[2]);
  await c.shutdown();
  expect(await failure(b.process())).toMatchObject({ code: 'ACTOR_DIED' });
  // @ts-expect-error -- that is what is tried
  expect(thrown(() => endTogether(a, {}))).toMatchObject({ code: 'NOT_ALLOWED' });
});

test('U67 setAuthkey sets the key that connect proves', async () => {
  const run = await runProgram(['build/fixtures/programs/setting-key.js']);
  expect(run).toMatchObject({ exitCode: 0, signal: null, stdout: 'AuthkeyError\n1\n' });
});
