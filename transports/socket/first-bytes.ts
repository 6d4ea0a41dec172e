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

/** The maximum length of a TLS record (RFC 8446, 5.1). */
const MAX_RECORD_BYTES = 2 ** 14;
/** The type of a handshake record, and of the message with which a client begins. */
const HANDSHAKE_RECORD = 22;
const MAJOR_VERSION = 3;
const CLIENT_HELLO = 1;
/** The length of the record's type, version and length, and the message's type. */
const BEGINNING_BYTES = 6;

/**
 * Waits for the first bytes of a new socket, and puts them back to be read again. Other protocols, such as those of scanners and
 * browsers, are recognised before any TLS state is created, which takes milliseconds.
 *
 * @param heard - Called with the first byte.
 */
export function expectTls(socket: Socket, heard: () => void, arrived: () => void, refused: () => void): void {
  let seen = Buffer.alloc(0);
  const read = (): void => {
    const bytes: unknown = socket.read();
    if (!Buffer.isBuffer(bytes)) {
      socket.once('readable', read);
      return;
    }
    heard();
    seen = Buffer.concat([seen, bytes]);
    if (!mayBeTls(seen)) {
      refused();
    } else if (seen.length < BEGINNING_BYTES) {
      socket.once('readable', read);
    } else {
      socket.unshift(seen);
      arrived();
    }
  };
  socket.once('readable', read);
}

/** Whether the bytes so far may be the beginning of a ClientHello. */
function mayBeTls(bytes: Buffer): boolean {
  const [type = HANDSHAKE_RECORD, major = MAJOR_VERSION] = bytes;
  if (type !== HANDSHAKE_RECORD || major !== MAJOR_VERSION) return false;
  if (bytes.length < BEGINNING_BYTES) return true;
  return bytes.readUInt16BE(3) <= MAX_RECORD_BYTES && bytes[5] === CLIENT_HELLO;
}
