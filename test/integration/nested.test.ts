import { Nest } from '#fixtures/nest.js';
import { ActorProxy, release, RemoteError, stats, terminate } from 'uactor';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { hasEnded, isAlive, scratch } from '../support/leaks.ts';

function asActor(value: unknown): ActorProxy {
  if (value instanceof ActorProxy) return value;
  throw new Error(`${String(value)} is no actor`);
}

test('U20 actors spawn actors three deep, and the innermost proxy works here', async () => {
  const outer = await Nest.spawn();
  const innermost = asActor(await outer.build(3));
  const pids = await outer.pids();
  expect(new Set([process.pid, ...pids]).size).toBe(5);
  expect(await innermost.pid()).toBe(pids[3]);
  expect(await innermost.callMethod('pids')).toEqual([pids[3]]);
  release(innermost);
  await outer.shutdown();
  await Promise.all(pids.map(async (pid) => await hasEnded(pid)));
});

test('U13 U20 shutdown resolves when the inner ones have ended too, their hooks run, the outer one first', async () => {
  const log = join(scratch, 'nested');
  const outer = await Nest.spawn(log);
  release(await outer.build(2));
  const pids = await outer.pids();
  await outer.shutdown();
  expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
  expect(readFileSync(log, 'utf8').trim().split('\n').map(Number)).toEqual(pids);
});

test('U20 an inner one that does not end holds the outer one up no longer than its shutdownTimeout', async () => {
  const outer = await Nest.with({ shutdownTimeout: 200 }).spawn();
  const pid = await outer.hangBelow();
  await outer.shutdown();
  await hasEnded(pid);
});

test('U20 closing one in the middle ends those below it, and the ones above live on', async () => {
  await using outer = await Nest.spawn();
  release(await outer.build(3));
  const pids = await outer.pids();
  await outer.closeInner();
  await Promise.all(pids.slice(1).map(async (pid) => await hasEnded(pid)));
  expect(isAlive(Number(pids[0]))).toBe(true);
  const error = await failure(outer.pids());
  expect(error).toBeInstanceOf(RemoteError);
  expect(error).toMatchObject({ name: 'ActorDiedError', code: 'ACTOR_DIED' });
});

test('U20 killing the outer one ends the inner ones', async () => {
  const outer = await Nest.spawn();
  const innermost = asActor(await outer.build(2));
  const pids = await outer.pids();
  await terminate(outer);
  await Promise.all(pids.map(async (pid) => await hasEnded(pid)));
  expect(await failure(innermost.callMethod('pids'))).toMatchObject({ code: 'ACTOR_DIED' });
  release(innermost);
  expect(stats().imports).toBe(0);
});
