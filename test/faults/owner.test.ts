import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { childrenOf, hasEnded, isActorProcess, scratch } from '../support/leaks.ts';
import { Program } from '../support/program.ts';

let logs = 0;

/** Starts an owner in its own process, with a running actor. */
async function ownerThat(way: string, options: { readonly detached?: boolean } = {}) {
  logs++;
  const log = join(scratch, `hooks-${logs}`);
  const owner = new Program('faulty-owner', [way, log], options);
  const pid = await owner.saidNumber('pid');
  const folder = dirname(fileURLToPath((await owner.said('address')).replace('ipc:', 'file:')));
  return { owner, pid, folder, log };
}

/** Whether the actor's process and folder are gone. */
async function isGone({ pid, folder }: { readonly pid: number; readonly folder: string }): Promise<void> {
  await hasEnded(pid);
  await eventually(() => expect(existsSync(folder), `${folder} is left`).toBe(false));
}

/** Returns processes with the folder for temporary files that this test gave to its programs. */
function processesOfOurs(): readonly string[] {
  const ours = `TMPDIR=${dirname(scratch)}\0`;
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(ours));
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch (error) {
    // The process has ended meanwhile, or belongs to another user.
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(String(error.code))
    )
      return '';
    throw error;
  }
}

describe('a killed owner', () => {
  test('F03 ends its actor, whose hook runs, and leaves nothing', async () => {
    const scene = await ownerThat('waits');
    await scene.owner.said('ready');
    scene.owner.child.kill('SIGKILL');
    await isGone(scene);
    expect(readFileSync(scene.log, 'utf8')).toBe('shutdown\ndone\n');
  });

  test('F03 ends an actor in an endless loop', async () => {
    const scene = await ownerThat('keeps it busy');
    await eventually(() => expect(existsSync(scene.log), 'the actor does not spin').toBe(true));
    scene.owner.child.kill('SIGKILL');
    await isGone(scene);
    expect(readFileSync(scene.log, 'utf8')).toBe('spinning\n');
  });
});

describe('an owner that ends', () => {
  test.each([
    ['ends', 0],
    ['exits', 3],
    ['exits during a call', 4],
    ['crashes', 1],
  ])('F40 it %s: its actor ends in order, and an idle actor does not keep it alive', async (way, exitCode) => {
    const scene = await ownerThat(way);
    expect(await scene.owner.ended).toEqual({ exitCode, signal: null });
    await isGone(scene);
    expect(readFileSync(scene.log, 'utf8')).toBe('shutdown\ndone\n');
  });

  test('F15 F40 while its actor starts, and leaves nothing', async () => {
    const owner = new Program('faulty-owner', ['dies while spawning']);
    expect(await owner.ended).toEqual({ exitCode: 0, signal: null });
    await eventually(() => expect(processesOfOurs()).toEqual([]));
  });
});

test('F20 an interrupt of the whole process group reaches only the owner, whose finally block can still call', async () => {
  const scene = await ownerThat('is interrupted', { detached: true });
  await scene.owner.said('ready');
  process.kill(-scene.owner.pid, 'SIGINT');
  expect(await scene.owner.saidNumber('marks')).toBe(1);
  expect(await scene.owner.ended).toEqual({ exitCode: 0, signal: null });
  await isGone(scene);
  expect(readFileSync(scene.log, 'utf8')).toBe('shutdown\ndone\n');
});

test('F20 an interrupt in the first milliseconds of an actor does not reach it', async () => {
  await using owner = new Program('interrupted', ['4'], { detached: true });
  await owner.said('ready');
  const interrupted = new Set<number>();
  // As soon as Node runs, long before it could ignore a signal.
  const interrupting = setInterval(() => {
    const started = childrenOf(owner.pid).filter(({ pid }) => {
      return isActorProcess(pid) && !interrupted.has(pid);
    });
    if (started.length > 0 && owner.child.exitCode === null) process.kill(-owner.pid, 'SIGINT');
    for (const { pid } of started) interrupted.add(pid);
  }, 1);
  try {
    expect(await owner.ended, owner.stderr).toEqual({ exitCode: 0, signal: null });
  } finally {
    clearInterval(interrupting);
  }
  expect(owner.stdout).toContain('spawned all');
  expect(interrupted.size).toBeGreaterThan(0);
});

test.each([
  ['nothing', []],
  ['half a length', [1, 0]],
  ['half a message', [200, 0, 0, 0, 0x7b]],
])("F03 an actor's process ends silently if its owner is killed after it sent the actor %s", async (_, bytes) => {
  const bootstrap = fileURLToPath(new URL('../../dist/bootstrap.js', import.meta.url));
  const child = spawn(process.execPath, [bootstrap], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { stderr, stdio } = child;
  const said = stderr && text(stderr);
  const pipe: unknown = stdio[3];
  if (!(pipe instanceof Socket)) throw new Error('there is no pipe');
  pipe.end(new Uint8Array(bytes));
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await said).toBe('');
});
