import type { Socket } from 'node:net';

/**
 * What a client says first on a connection without TLS. A listener that expects TLS takes it for garbage and hangs up at
 * once, where both would otherwise wait for the other to begin.
 */
export const PREAMBLE: Buffer = Buffer.from('uactor plain\n');

/** What a listener without TLS answers to anything else, so that a TLS client learns at once that this is none. */
const NOT_TLS: Buffer = Buffer.from('uactor here, without TLS\n');

/** Reads the preamble off a fresh socket, then leaves it paused, with everything behind the preamble still to be read. */
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
      refused('did not greet as a client without TLS, which `encryption: false` asks for at both ends');
    }
  };
  socket.on('data', read);
}
