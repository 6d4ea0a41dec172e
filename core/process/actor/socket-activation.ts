import { process } from '../../seam/environment.ts';

/** The first descriptor that is handed over. */
const FIRST_FD = 3;

/**
 * The sockets that systemd, or another program that follows `sd_listen_fds(3)`, opened for this process: descriptors
 * that listen already, in the order of the unit's `Listen…=` lines. None, when they were meant for another process. The
 * variables that say so are removed, so that no child takes itself for their heir.
 */
export function takeActivatedSockets(env: NodeJS.ProcessEnv = process.env): readonly number[] {
  const { LISTEN_PID: pid, LISTEN_FDS: count } = env;
  if (pid !== String(process.pid) || count === undefined || !/^\d{1,4}$/.test(count)) return [];
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name];
  return Array.from({ length: Number(count) }, (_, index) => FIRST_FD + index);
}
