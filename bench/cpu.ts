import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * The processor's time that this process and another one have used, in microseconds, as the system accounts for it; `undefined`
 * where it says nothing about other processes (it does on Linux). Unlike a rate it holds on a busy machine.
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

/** Keeps this process, and those that it starts from now on, on one core. Returns which, or `undefined` where that cannot be done. */
export function pinToOneCore(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const allowed = /^Cpus_allowed_list:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (allowed === undefined) return undefined;
  const { status } = spawnSync('taskset', ['-a', '-c', '-p', allowed, String(process.pid)]);
  return status === 0 ? Number(allowed) : undefined;
}
