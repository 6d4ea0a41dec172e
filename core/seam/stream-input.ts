import type { OnReadOpts } from 'node:net';
import { process } from './environment.ts';

/** How much one read may bring. */
const BUFFER_BYTES = 64 * 1024;

/**
 * The memory that a socket reads into, for sockets that this process makes itself: Node then fills one buffer over and
 * over instead of making a new one for each read, which takes about 15 % off the time of a call. The socket takes
 * {@link StreamInput.onread} when it is made; the connection says later where the bytes go.
 *
 * @example
 * const input = new StreamInput();
 * const connection = new StreamConnection(net.connect({ path, onread: input.onread }), info, input);
 */
export class StreamInput {
  /** The option `onread` of the socket. */
  readonly onread: OnReadOpts;
  #deliver: ((chunk: Uint8Array) => void) | undefined;
  /** What came before there was anybody to give it to: TLS hands on what came along with the end of its handshake. */
  #early: Uint8Array[] = [];

  constructor() {
    this.onread = {
      buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
      callback: (byteCount, buffer) => {
        const chunk = buffer.subarray(0, byteCount);
        if (this.#deliver === undefined || this.#early.length > 0) this.#early.push(new Uint8Array(chunk));
        else this.#deliver(chunk);
        return true;
      },
    };
  }

  /** Says who gets the bytes: what has come already follows at once, but not within this call. */
  deliverTo(deliver: (chunk: Uint8Array) => void): void {
    this.#deliver = deliver;
    if (this.#early.length > 0) process.nextTick(() => this.#deliverEarly(deliver));
  }

  #deliverEarly(deliver: (chunk: Uint8Array) => void): void {
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) deliver(chunk);
  }
}
