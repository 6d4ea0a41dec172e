import { execFile } from 'node:child_process';

/**
 * Reports the state of the service to systemd, if systemd requested this. The message is a datagram to a Unix socket, which
 * Node does not support, so systemd's own program sends it; the unit must allow this with `NotifyAccess=all`.
 *
 * @param warn - Called when that program cannot be run; the service itself continues.
 */
export async function notifySystemd(state: '--ready', warn: (text: string) => void): Promise<void> {
  if ((process.env['NOTIFY_SOCKET'] ?? '') === '') return;
  await new Promise<void>((resolve) => {
    execFile('systemd-notify', [state, `--pid=${process.pid}`], (error) => {
      if (error)
        warn(`systemd was not notified that the service is ready (Type=notify needs systemd-notify): ${error.message}`);
      resolve();
    });
  });
}
