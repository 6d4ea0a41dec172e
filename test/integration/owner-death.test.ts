import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasEnded, scratch, socketFolders } from '../support/leaks.ts';
import { Program } from '../support/program.ts';

/** The promise is one second; the rest is for a busy machine. */
const GONE_MS = 4_000;

interface Scene extends AsyncDisposable {
  readonly owner: Program;
  readonly log: string;
  readonly pids: readonly number[];
  readonly socket: string;
}

let scenes = 0;

/** Starts an owner with two actors, whose log contains only the output of the actors' hooks. */
async function scene(how: string): Promise<Scene> {
  scenes++;
  const log = join(scratch, `owner-${scenes}`);
  const owner = new Program('owner', [log, how]);
  await owner.said('ready');
  const pids = [await owner.saidNumber('pid0'), await owner.saidNumber('pid1')];
  const socket = (await owner.said('address0')).slice('ipc://'.length);
  expect(existsSync(socket)).toBe(true);
  return { owner, log, pids, socket, [Symbol.asyncDispose]: async () => await owner[Symbol.asyncDispose]() };
}

async function nothingIsLeft({ pids, socket }: Scene): Promise<void> {
  await Promise.all(pids.map(async (pid) => await hasEnded(pid, GONE_MS)));
  await expect.poll(() => existsSync(socket), { timeout: GONE_MS }).toBe(false);
  await expect.poll(socketFolders, { timeout: GONE_MS }).toEqual([]);
}

describe('U17 the death of the owner takes its actors with it, their hooks run, nothing left', () => {
  test('U17 by SIGKILL', async () => {
    await using all = await scene('wait');
    all.owner.child.kill('SIGKILL');
    expect(await all.owner.ended).toEqual({ exitCode: null, signal: 'SIGKILL' });
    await nothingIsLeft(all);
    expect(readFileSync(all.log, 'utf8')).toBe('shutdown\nshutdown\n');
  });

  test('U17 by SIGTERM', async () => {
    await using all = await scene('wait');
    all.owner.child.kill('SIGTERM');
    expect(await all.owner.ended).toEqual({ exitCode: null, signal: 'SIGTERM' });
    await nothingIsLeft(all);
    expect(readFileSync(all.log, 'utf8')).toBe('shutdown\nshutdown\n');
  });

  test.each([
    ['process.exit', 'exit', 7],
    ['an uncaught exception', 'throw', 1],
    ['the end of its script', 'end', 0],
  ])('U17 by %s', async (_, how, exitCode) => {
    await using all = await scene(how);
    all.owner.goOn();
    expect(await all.owner.ended, all.owner.stderr).toEqual({ exitCode, signal: null });
    await nothingIsLeft(all);
    expect(readFileSync(all.log, 'utf8')).toBe('shutdown\nshutdown\n');
  });

  test.each([
    ['by SIGKILL', 'spin', null],
    ['by process.exit', 'spin exit', 7],
  ])('U17 %s, while an actor is in an endless loop, which cannot run its hook', async (_, how, exitCode) => {
    await using all = await scene(how);
    await expect.poll(() => existsSync(all.log)).toBe(true);
    if (exitCode === null) all.owner.child.kill('SIGKILL');
    else all.owner.goOn();
    expect(await all.owner.ended).toMatchObject({ exitCode });
    await nothingIsLeft(all);
    expect(readFileSync(all.log, 'utf8')).toBe('spinning\nshutdown\n');
  });
});

test('U17 Ctrl-C reaches the owner only', async () => {
  await using all = await scene('wait');
  for (const pid of all.pids) process.kill(pid, 'SIGINT');
  all.owner.goOn();
  expect(await all.owner.ended, all.owner.stderr).toEqual({ exitCode: 0, signal: null });
  await nothingIsLeft(all);
  expect(readFileSync(all.log, 'utf8')).toBe('shutdown\nshutdown\n');
});
