import { isIPv6 } from 'node:net';
import type { Connection } from '../../seam/transport.ts';
import { networkOf } from '../address-depth.ts';
import { HandshakeFailure } from './role.ts';
import { RateLimitedLog } from './rate-limited-log.ts';
import { performance } from '../../seam/environment.ts';

/** Options of a handshake limiter. */
export interface HandshakeLimiterOptions {
  /** The maximum number of handshakes in progress: `limits.maxHandshakes`. */
  readonly maxHandshakes: number;
  /** The maximum number of failures per second for one network address: `limits.maxFailuresPerSecond`. */
  readonly maxFailuresPerSecond: number;
  /** Receives a line about a rejected peer: at most one a second, escaped, without secrets. */
  readonly log: (line: string) => void;
}

/** A connection during its handshake, and the connection that evicted it, if any. */
interface Admitted {
  readonly connection: Connection;
  readonly address: string;
  evicted: boolean;
}

/**
 * Limits the handshakes of one listener. When too many are in progress, the address with the most of them loses its oldest one,
 * so that idle connections cannot keep other clients out. After many failures of one address, it rejects further connections from
 * there for a moment.
 */
export class HandshakeLimiter {
  readonly #maxHandshakes: number;
  readonly #failures: FailureRate;
  readonly #log: RateLimitedLog;
  /** By address, each in order of arrival. */
  readonly #underWay = new Map<string, Set<Admitted>>();
  #size = 0;

  constructor({ maxHandshakes, maxFailuresPerSecond, log }: HandshakeLimiterOptions) {
    this.#maxHandshakes = maxHandshakes;
    this.#failures = new FailureRate(maxFailuresPerSecond);
    this.#log = new RateLimitedLog(log);
  }

  /** The number of handshakes in progress. */
  get underWay(): number {
    return this.#size;
  }

  /**
   * Performs `handshake` on a new connection, in this turn. When too many are in progress, ends one of them instead.
   *
   * @returns The result of the handshake, or `undefined` when the peer was rejected, which is logged. The connection is closed
   * then.
   * @throws any error of the handshake other than a {@link HandshakeFailure}.
   */
  async admit<T>(connection: Connection, handshake: (connection: Connection) => Promise<T>): Promise<T | undefined> {
    const admitted: Admitted = { connection, address: addressOf(connection), evicted: false };
    if (this.#failures.isReached(admitted.address)) {
      connection.destroy();
      this.turnedAway(connection, 'came from an address with limits.maxFailuresPerSecond failures within a second');
      return undefined;
    }
    this.#enter(admitted);
    if (this.#size > this.#maxHandshakes) this.#evict();
    try {
      return await handshake(connection);
    } catch (error) {
      if (!(error instanceof HandshakeFailure)) throw error;
      if (admitted.evicted) return undefined;
      // All processes of this machine count as one address, so failures of one must not affect another.
      if (connection.info.ip !== undefined) this.#failures.count(admitted.address);
      this.turnedAway(connection, error.reason);
      return undefined;
    } finally {
      this.#leave(admitted);
    }
  }

  #enter(admitted: Admitted): void {
    const sameAddress = this.#underWay.get(admitted.address);
    if (sameAddress) sameAddress.add(admitted);
    else this.#underWay.set(admitted.address, new Set([admitted]));
    this.#size++;
  }

  #leave(admitted: Admitted): void {
    const sameAddress = this.#underWay.get(admitted.address);
    if (sameAddress?.delete(admitted) !== true) return;
    if (sameAddress.size === 0) this.#underWay.delete(admitted.address);
    this.#size--;
  }

  #evict(): void {
    let crowd: Set<Admitted> = new Set();
    for (const sameAddress of this.#underWay.values()) if (sameAddress.size > crowd.size) crowd = sameAddress;
    const [oldest] = crowd;
    if (oldest === undefined) return;
    const others = this.#size - 1;
    // The evicted connection's place is free at once; its handshake learns of the end a turn later.
    this.#leave(oldest);
    oldest.evicted = true;
    oldest.connection.destroy();
    this.turnedAway(oldest.connection, `was the oldest of its address when ${others} others were in their handshake`);
  }

  /** Logs that a connection was rejected, at most one line a second. */
  turnedAway(connection: Connection, reason: string): void {
    this.#log.write(`uactor: rejected a connection from ${connection.info.peer}, which ${reason}`);
  }
}

/** Returns the address that is counted: an IPv4 address, the 64-bit network of an IPv6 host, or this machine. */
function addressOf({ info: { ip = '' } }: Connection): string {
  return isIPv6(ip) ? networkOf(ip) : ip;
}

const INTERVAL_MS = 1_000;

/**
 * Counts the failed handshakes of each address, second by second. A failed proof or channel costs this process more than the
 * peer, so an address with many failures is rejected for the rest of the second.
 */
export class FailureRate {
  readonly #mostPerSecond: number;
  /** Only of the present second, so its size is bounded by the failures of one second. */
  readonly #failures = new Map<string, number>();
  #endsAtMs = Number.NEGATIVE_INFINITY;

  constructor(mostPerSecond: number) {
    this.#mostPerSecond = mostPerSecond;
  }

  count(address: string): void {
    this.#turn();
    this.#failures.set(address, (this.#failures.get(address) ?? 0) + 1);
  }

  /** Whether the address has reached the maximum. */
  isReached(address: string): boolean {
    this.#turn();
    return (this.#failures.get(address) ?? 0) >= this.#mostPerSecond;
  }

  #turn(): void {
    const nowMs = performance.now();
    if (nowMs < this.#endsAtMs) return;
    this.#endsAtMs = nowMs + INTERVAL_MS;
    this.#failures.clear();
  }
}
