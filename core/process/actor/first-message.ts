import { LENGTH_BYTES } from '../../session/message.ts';
import { ReceiverSwap } from '../../trust/handshake/receiver-swap.ts';
import type { Connection, Receiver } from '../../seam/transport.ts';

/** A connection whose first message has been read. */
export interface AfterFirst {
  readonly message: Buffer;
  /** Passes on the connection, with the bytes that followed the first message. */
  readonly attach: (receiver: Receiver) => void;
}

/**
 * Reads the first message of a connection and leaves the rest for the next reader. Resolves to `undefined` if the connection
 * closes before the message is complete.
 */
export function readFirstMessage(connection: Connection): Promise<AfterFirst | undefined> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    let handOver: ReceiverSwap | undefined;
    connection.open({
      data(chunk) {
        if (handOver) {
          handOver.data(chunk);
          return;
        }
        received = Buffer.concat([received, chunk]);
        const end = received.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + received.readUInt32LE(0);
        if (received.length < end) return;
        const rest = new ReceiverSwap(connection);
        handOver = rest;
        if (received.length > end) rest.data(received.subarray(end));
        resolve({ message: received.subarray(LENGTH_BYTES, end), attach: (receiver) => rest.attach(receiver) });
      },
      drained() {
        handOver?.drained();
      },
      closed(cause) {
        if (handOver) handOver.closed(cause);
        else resolve(undefined);
      },
    });
  });
}
