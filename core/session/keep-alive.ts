import { ConnectionLostError } from '../seam/errors.ts';
import type { Connection } from '../seam/transport.ts';
import { Kind } from './message.ts';
import type { Outbox } from './outbox.ts';
import { clearInterval, setInterval } from '../seam/environment.ts';

/** How often within `keepAlive` the other end is looked after; that many looks, less one, in vain and it is gone. */
const LOOKS = 4;

/** What a {@link KeepAlive} works with. */
export interface KeepAliveParts {
  readonly connection: Connection;
  /** How long the other end may be silent, in milliseconds; `undefined` for as long as it likes. */
  readonly keepAliveMs: number | undefined;
  readonly outbox: Pick<Outbox, 'text'>;
  /** The other end broke the protocol. */
  readonly violation: (what: string) => void;
}

/**
 * Notices that the other end of a network connection has vanished without a word. A connection within this machine is
 * told by the system, and is not asked.
 *
 * Questions are answered by the other end's event loop, so one that computes for that long without a pause cannot be told from
 * one that is gone. The system could tell them apart (it answers its own probes for a busy process), but it asks only
 * while nothing is on the way, and gives up what it sent after a quarter of an hour, which Node cannot change; and it would be
 * answered by a relay that forwards nothing any more, or for a process that has been stopped.
 *
 * Silence is counted in looks rather than by the clock, so that a process that was busy or asleep for longer than
 * `keepAlive` reads what has arrived meanwhile before it makes up its mind. Bytes that leave after they had to wait show that
 * the other end lives, too.
 */
export class KeepAlive {
  readonly #parts: KeepAliveParts;
  #timer: NodeJS.Timeout | undefined;
  /** Whether bytes have arrived since the last look; the session sets it. */
  heard = false;
  /** Looks in a row that found silence. */
  #silent = 0;
  /** What was waiting to leave at the last look, and whether all of it has left since. */
  #queuedBytes = 0;
  #drained = false;
  /** PINGs sent and not answered. */
  #unanswered = 0;
  #lost: ConnectionLostError | undefined;

  constructor(parts: KeepAliveParts) {
    this.#parts = parts;
  }

  /** Why this end gave the other one up, if it did: nothing would have come of saying good-bye, so it just closed. */
  get lost(): ConnectionLostError | undefined {
    return this.#lost;
  }

  start(): void {
    const { connection, keepAliveMs } = this.#parts;
    if (connection.info.local || keepAliveMs === undefined) this.stop();
    else this.#every(keepAliveMs);
  }

  /**
   * Looks after the other end for a while whatever connection it is, because something is expected of it, and gives it up after
   * `silenceMs` without a word.
   *
   * @returns how to go back to the usual pace
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

  /** What had to wait has left. */
  drained(): void {
    this.#drained = true;
  }

  /** A PONG came. */
  ponged(): void {
    if (this.#unanswered === 0) this.#parts.violation('a PONG without a PING');
    else this.#unanswered--;
  }

  #every(silenceMs: number): void {
    this.stop();
    // A carrier that comes back is silent meanwhile, and says itself when it gives up.
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
        `it was silent for ${keepAliveMs} ms: the network or its machine is down, or it was too busy to answer, ` +
          'in which case raise options.keepAlive (limits.handshakeMs while connecting) at this end above what its longest ' +
          'computation takes',
      );
      connection.destroy();
    } else if (this.#silent > 0) {
      this.#unanswered++;
      outbox.text(Kind.PING);
    }
  }
}
