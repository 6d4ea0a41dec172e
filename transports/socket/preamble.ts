import type { Socket } from 'node:net';

/**
 * A client's first bytes on a connection without TLS. A listener that expects TLS rejects them at once; otherwise both ends would
 * wait for each other.
 */
export const PREAMBLE: Buffer = Buffer.from('uactor plain\n');

/** The reply of a listener without TLS to anything else, so that a TLS client recognises at once that there is no TLS. */
const NOT_TLS: Buffer = Buffer.from('uactor here, without TLS\n');

/** Reads the preamble from a new socket, then leaves the socket paused, with the bytes behind the preamble still to be read. */
export function expectPreamble(socket: Socket, arrived: () => void, refused: (reason: string) => void): void {
  let seen = Buffer.alloc(0);
  const read = (chunk: Buffer): void => {
    seen = Buffer.concat([seen, chunk]);
    const expected = PREAMBLE.subarray(0, seen.length);
    const matches = seen.subarray(0, expected.length).equals(expected);
    if (matches && seen.length < PREAMBLE.length) return;
    socket.pause();
    socket.off('data', read);
    if (matches) {
      const rest = seen.subarray(PREAMBLE.length);
      if (rest.length > 0) socket.unshift(rest);
      arrived();
    } else {
      socket.end(NOT_TLS, () => socket.destroy());
      refused('did not begin as a client without TLS; `encryption: false` must be set at both ends');
    }
  };
  socket.on('data', read);
}
