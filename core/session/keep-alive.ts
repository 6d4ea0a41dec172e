import { ConnectionLostError } from '../seam/errors.ts';
import type { Connection } from '../seam/transport.ts';
import { Kind } from './message.ts';
import type { Outbox } from './outbox.ts';
import { clearInterval, setInterval } from '../seam/environment.ts';

/** The number of checks within `keepAlive`. A row of silent checks, one less than this, ends the session. */
const LOOKS = 4;

/** The parts of a {@link KeepAlive}. */
export interface KeepAliveParts {
  readonly connection: Connection;
  /** How long the peer may be silent, in milliseconds; `undefined`: no limit. */
  readonly keepAliveMs: number | undefined;
  readonly outbox: Pick<Outbox, 'text'>;
  /** Called when the peer broke the protocol. */
  readonly violation: (what: string) => void;
}

/**
 * Notices that the peer of a network connection has vanished. Within a machine the operating system reports that, so no checks
 * are made.
 *
 * The peer's event loop replies to PINGs, so a peer that computes without a pause for longer cannot be told from a lost one.
 * TCP's own probes could tell them apart, but they are only sent while no data is in flight; sent data is given up after a
 * quarter of an hour, which Node cannot change. A relay that forwards nothing any more would also reply to them, and so would the
 * machine of a stopped process.
 *
 * Silence is counted in checks rather than by the clock, so that a process that was busy or asleep for longer than `keepAlive`
 * first reads the bytes that have arrived meanwhile. Bytes that leave after waiting also show that the peer lives.
 */
export class KeepAlive {
  readonly #parts: KeepAliveParts;
  #timer: NodeJS.Timeout | undefined;
  /** Whether bytes have arrived since the last check; the session sets it. */
  heard = false;
  /** The number of successive checks without a sign of life. */
  #silent = 0;
  /** The bytes waiting at the last check, and whether all of them have left since. */
  #queuedBytes = 0;
  #drained = false;
  /** The number of PINGs without a PONG. */
  #unanswered = 0;
  #lost: ConnectionLostError | undefined;

  constructor(parts: KeepAliveParts) {
    this.#parts = parts;
  }

  /** The reason why this end gave the peer up, if it did. It then closed without END, which could not have arrived. */
  get lost(): ConnectionLostError | undefined {
    return this.#lost;
  }

  start(): void {
    const { connection, keepAliveMs } = this.#parts;
    if (connection.info.local || keepAliveMs === undefined) this.stop();
    else this.#every(keepAliveMs);
  }

  /**
   * Checks the peer for a while, on any connection, because a reply is expected from it. Ends the session after `silenceMs` of
   * silence.
   *
   * @returns a function that restores the usual checks
   */
  watch(silenceMs: number): () => void {
    this.#every(silenceMs);
    return () => {
      if (this.#lost === undefined && this.#timer !== undefined) this.start();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Called when all waiting bytes have left. */
  drained(): void {
    this.#drained = true;
  }

  /** Called on a PONG. */
  ponged(): void {
    if (this.#unanswered === 0) this.#parts.violation('a PONG without a PING');
    else this.#unanswered--;
  }

  #every(silenceMs: number): void {
    this.stop();
    // A carrier that resumes is silent meanwhile, and reports itself when it gives up.
    if (this.#parts.connection.info.resumes) return;
    this.#silent = 0;
    this.#timer = setInterval(() => this.#look(silenceMs), silenceMs / LOOKS);
    this.#timer.unref();
  }

  #look(keepAliveMs: number): void {
    const { connection, outbox } = this.#parts;
    const { bytesQueued } = connection;
    const flows = this.#queuedBytes > 0 && (this.#drained || bytesQueued < this.#queuedBytes);
    const alive = this.heard || flows;
    this.#silent = alive ? 0 : this.#silent + 1;
    this.heard = false;
    this.#drained = false;
    this.#queuedBytes = bytesQueued;
    if (this.#silent === LOOKS - 1) {
      this.stop();
      this.#lost = new ConnectionLostError(
        `it was silent for ${keepAliveMs} ms: the network or its machine is down, or it was too busy to reply; ` +
          'in that case raise options.keepAlive (limits.handshakeMs while connecting) at this end above the time of its longest ' +
          'computation',
      );
      connection.destroy();
    } else if (this.#silent > 0) {
      this.#unanswered++;
      outbox.text(Kind.PING);
    }
  }
}
