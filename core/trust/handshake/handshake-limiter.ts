import type { Connection } from '../../seam/transport.ts';
import { HandshakeFailure } from './handshake-failure.ts';
import { RateLimitedLog } from './rate-limited-log.ts';

/** What a gate is made with. */
export interface HandshakeLimiterOptions {
  /** How many handshakes may be under way at a time: `limits.maxHandshakes`. */
  readonly maxHandshakes: number;
  /** Where a line about a peer that was turned away goes: at most one a second, escaped, without a secret. */
  readonly log: (line: string) => void;
}

/** Where the connections of one listener come in: bounds how many strangers it deals with at a time. */
export class HandshakeLimiter {
  readonly #maxHandshakes: number;
  readonly #log: RateLimitedLog;
  #underWay = 0;

  constructor({ maxHandshakes, log }: HandshakeLimiterOptions) {
    this.#maxHandshakes = maxHandshakes;
    this.#log = new RateLimitedLog(log);
  }

  /** How many handshakes are under way. */
  get underWay(): number {
    return this.#underWay;
  }

  /**
   * Carries out `handshake` on a new connection, in this very turn, unless too many are under way.
   *
   * @returns What the handshake gave, or `undefined` when the peer was turned away, which is logged. The connection is
   * closed then.
   * @throws whatever the handshake throws besides a {@link HandshakeFailure}.
   */
  async admit<T>(connection: Connection, handshake: (connection: Connection) => Promise<T>): Promise<T | undefined> {
    if (this.#underWay >= this.#maxHandshakes) {
      connection.destroy();
      this.#turnedAway(connection, `came while ${this.#underWay} others were in their handshake`);
      return undefined;
    }
    this.#underWay += 1;
    try {
      return await handshake(connection);
    } catch (error) {
      if (!(error instanceof HandshakeFailure)) throw error;
      this.#turnedAway(connection, error.reason);
      return undefined;
    } finally {
      this.#underWay -= 1;
    }
  }

  #turnedAway(connection: Connection, reason: string): void {
    this.#log.write(`uactor: turned away ${connection.info.peer}, which ${reason}`);
  }
}
