import { process } from '../../seam/environment.ts';

/** The first inherited descriptor. */
const FIRST_FD = 3;

/**
 * Returns the listening descriptors that systemd, or another program following `sd_listen_fds(3)`, opened for this process, in
 * the order of the unit's `Listen…=` lines. Returns none if they were meant for another process. Removes the variables that
 * announce them, so that no child process claims them.
 */
export function takeActivatedSockets(env: NodeJS.ProcessEnv = process.env): readonly number[] {
  const { LISTEN_PID: pid, LISTEN_FDS: count } = env;
  if (pid !== String(process.pid) || count === undefined || !/^\d{1,4}$/.test(count)) return [];
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name];
  return Array.from({ length: Number(count) }, (_, index) => FIRST_FD + index);
}
