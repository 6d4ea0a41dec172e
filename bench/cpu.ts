import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Returns the processor time that this process and another one have used, in microseconds, as reported by the system; `undefined`
 * if it reports nothing about other processes (Linux does). Unlike a rate it is valid on a busy machine.
 */
export function cpuUs(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const { user, system } = process.cpuUsage();
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ', 1)[0]);
  }
  return user + system + nanoseconds / 1000;
}

/** Pins this process, and those that it starts later, to one core. Returns the core, or `undefined` if that is impossible. */
export function pinToOneCore(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const allowed = /^Cpus_allowed_list:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (allowed === undefined) return undefined;
  const { status } = spawnSync('taskset', ['-a', '-c', '-p', allowed, String(process.pid)]);
  return status === 0 ? Number(allowed) : undefined;
}
