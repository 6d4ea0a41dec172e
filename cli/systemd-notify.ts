import { execFile } from 'node:child_process';

/**
 * Tells systemd, if it asked for that, how the service is. The message is a datagram to a Unix socket, of which Node knows
 * nothing, so systemd's own program sends it; a unit has to allow that with `NotifyAccess=all`.
 *
 * @param warn - Told when that program cannot be run: the service itself is none the worse for it.
 */
export async function notifySystemd(state: '--ready', warn: (text: string) => void): Promise<void> {
  if ((process.env['NOTIFY_SOCKET'] ?? '') === '') return;
  await new Promise<void>((resolve) => {
    execFile('systemd-notify', [state, `--pid=${process.pid}`], (error) => {
      if (error)
        warn(`systemd was not told that the service is ready (Type=notify needs systemd-notify): ${error.message}`);
      resolve();
    });
  });
}
