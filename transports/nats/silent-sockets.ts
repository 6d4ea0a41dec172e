import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { realClock } from './real-clock.ts';

/** Longer than any attempt of nats.js to connect. */
const SILENCE_MS = 6_000;
const CALLER = /[\\/]@nats-io[\\/]transport-node[\\/]/;
const state = { watches: false };

/**
 * Destroys the sockets on which nats.js has waited for a greeting in vain, because the broker is stopped: it forgets them, and
 * each would keep the process alive. Node.js reports each new socket, and the stack shows its creator.
 */
export function closeSilentSockets(): void {
  if (state.watches) return;
  state.watches = true;
  subscribe('net.client.socket', (message) => {
    const socket: unknown =
      typeof message === 'object' && message !== null && 'socket' in message ? message.socket : undefined;
    if (!(socket instanceof Socket) || !CALLER.test(new Error('where it is made').stack ?? '')) return;
    const cancel = realClock.after(SILENCE_MS, () => {
      if (socket.bytesRead === 0) socket.destroy();
    });
    socket.once('data', cancel);
  });
}
