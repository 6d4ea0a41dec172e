import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Guardian } from '../../core/process/owner/guardian.ts';
import { eventually } from '../support/eventually.ts';
import { childrenOf, hasEnded, isAlive, socketFolders } from '../support/leaks.ts';
import { Program } from '../support/program.ts';

function guardiansOf(pid: number): readonly number[] {
  return childrenOf(pid)
    .filter(({ command }) => command.includes('kill -KILL'))
    .map((child) => child.pid);
}

describe('the guardian', () => {
  test('F60 is restarted if it is killed while actors live, and then does its work', async () => {
    const owner = new Program('owner', ['/dev/null', 'spin']);
    await owner.said('ready');
    const [first = 0] = guardiansOf(owner.pid);
    // A guardian that ends within its first moments would count as one that cannot run.
    await eventually(() => expect(elapsedOf(first)).toBeGreaterThan(0.2));
    process.kill(first, 'SIGKILL');
    await eventually(() => {
      const now = guardiansOf(owner.pid);
      expect(now).toHaveLength(1);
      expect(now).not.toContain(first);
      // The process exists before its owner has told it what to guard.
      expect(elapsedOf(now[0] ?? 0)).toBeGreaterThan(0.2);
    });
    const pids = [await owner.saidNumber('pid0'), await owner.saidNumber('pid1')];
    owner.child.kill('SIGKILL');
    for (const pid of pids) await hasEnded(pid);
  });

  test('F60 leaves files behind if it is killed with its owner, and the next program removes them', async () => {
    const owner = new Program('owner', ['/dev/null', 'spin']);
    const pids = [await owner.saidNumber('pid0'), await owner.saidNumber('pid1')];
    await owner.said('ready');
    const folders = socketFolders();
    expect(folders).toHaveLength(1);
    const [guardian = 0] = guardiansOf(owner.pid);
    process.kill(guardian, 'SIGSTOP');
    owner.child.kill('SIGKILL');
    process.kill(guardian, 'SIGKILL');
    await hasEnded(owner.pid);
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    for (const pid of pids) await hasEnded(pid);
    expect(socketFolders()).toEqual(folders);
    const next = new Program('owner', ['/dev/null', 'spin']);
    await next.said('ready');
    await eventually(() => expect(socketFolders()).not.toContain(folders[0]));
    expect(socketFolders()).toHaveLength(1);
    next.child.kill('SIGKILL');
    await next.ended;
  });

  test('H87 does not kill another process that has the id of an ended actor', async () => {
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    const ours = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      await Promise.all([once(stranger, 'spawn'), once(ours, 'spawn')]);
      const program = guardianProgram();
      const shell = spawn('/bin/sh', ['-c', program], { stdio: ['pipe', 'ignore', 'ignore'] });
      // The other process started at another time than the actor whose id it has.
      shell.stdin.end(`+${stranger.pid}:1\n+${ours.pid}:\n`);
      await once(shell, 'exit');
      await eventually(() => expect(ours.signalCode).toBe('SIGKILL'));
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
    } finally {
      stranger.kill('SIGKILL');
      ours.kill('SIGKILL');
    }
    await eventually(() => expect(stranger.signalCode).toBe('SIGKILL'));
  });
});

/** Returns the program of a running guardian, as the system shows it. */
function guardianProgram(): string {
  const guardian = new Guardian();
  guardian.watch();
  const [pid = 0] = guardiansOf(process.pid);
  const parts = execFileSync('cat', [`/proc/${pid}/cmdline`], { encoding: 'utf8' }).split('\0');
  return parts[2] ?? '';
}

/** Returns the age of a process, in seconds. */
function elapsedOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'etimes=', '-p', String(pid)], { encoding: 'utf8' }));
}
