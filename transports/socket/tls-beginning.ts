import type { Socket } from 'node:net';

/** A record of TLS is at most so long (RFC 8446, 5.1). */
const MAX_RECORD_BYTES = 2 ** 14;
/** A record that holds a handshake, and the message in it that a client begins with. */
const HANDSHAKE_RECORD = 22;
const MAJOR_VERSION = 3;
const CLIENT_HELLO = 1;
/** Type, version and length of the record, and the type of its message. */
const BEGINNING_BYTES = 6;

/**
 * Waits for the first bytes of a fresh socket, and leaves them to be read once more. Whatever else comes to a port, such as a scanner or a
 * browser, is told apart from TLS before any state is made for it, which costs milliseconds.
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

/** Whether bytes are the beginning of a ClientHello, as far as they go. */
function mayBeTls(bytes: Buffer): boolean {
  const [type = HANDSHAKE_RECORD, major = MAJOR_VERSION] = bytes;
  if (type !== HANDSHAKE_RECORD || major !== MAJOR_VERSION) return false;
  if (bytes.length < BEGINNING_BYTES) return true;
  return bytes.readUInt16BE(3) <= MAX_RECORD_BYTES && bytes[5] === CLIENT_HELLO;
}
