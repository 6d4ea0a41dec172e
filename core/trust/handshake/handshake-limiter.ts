import { isIPv6 } from 'node:net';
import type { Connection } from '../../seam/transport.ts';
import { networkOf } from '../address-depth.ts';
import { HandshakeFailure } from './handshake-failure.ts';
import { RateLimitedLog } from './rate-limited-log.ts';
import { performance } from '../../seam/environment.ts';

/** What a gate is made with. */
export interface HandshakeLimiterOptions {
  /** How many handshakes may be in progress at a time: `limits.maxHandshakes`. */
  readonly maxHandshakes: number;
  /** How many of one address of a network may fail in a second: `limits.maxFailuresPerSecond`. */
  readonly maxFailuresPerSecond: number;
  /** Where a line about a peer that was turned away goes: at most one a second, escaped, without a secret. */
  readonly log: (line: string) => void;
}

/** A connection that is in its handshake, and the connection that evicted it, if any. */
interface Admitted {
  readonly connection: Connection;
  readonly address: string;
  evicted: boolean;
}

/**
 * Where the connections of one listener come in: bounds how many strangers it deals with at a time. When there are too many,
 * the address with the most of them loses its oldest one, so that idle connections cannot keep other clients out. An
 * address of which many fail gets no further one for a moment.
 */
export class HandshakeLimiter {
  readonly #maxHandshakes: number;
  readonly #failures: FailureRate;
  readonly #log: RateLimitedLog;
  /** By address, each in the order in which they came. */
  readonly #underWay = new Map<string, Set<Admitted>>();
  #size = 0;

  constructor({ maxHandshakes, maxFailuresPerSecond, log }: HandshakeLimiterOptions) {
    this.#maxHandshakes = maxHandshakes;
    this.#failures = new FailureRate(maxFailuresPerSecond);
    this.#log = new RateLimitedLog(log);
  }

  /** How many handshakes are in progress. */
  get underWay(): number {
    return this.#size;
  }

  /**
   * Carries out `handshake` on a new connection, in this very turn. When too many are in progress, one of them is ended for it.
   *
   * @returns What the handshake gave, or `undefined` when the peer was turned away, which is logged. The connection is
   * closed then.
   * @throws whatever the handshake throws besides a {@link HandshakeFailure}.
   */
  async admit<T>(connection: Connection, handshake: (connection: Connection) => Promise<T>): Promise<T | undefined> {
    const admitted: Admitted = { connection, address: addressOf(connection), evicted: false };
    if (this.#failures.isReached(admitted.address)) {
      connection.destroy();
      this.#turnedAway(connection, 'came from an address with limits.maxFailuresPerSecond failures within a second');
      return undefined;
    }
    this.#enter(admitted);
    if (this.#size > this.#maxHandshakes) this.#evict();
    try {
      return await handshake(connection);
    } catch (error) {
      if (!(error instanceof HandshakeFailure)) throw error;
      if (admitted.evicted) return undefined;
      // All processes of this machine are one address, and none of them is to keep another one out.
      if (connection.info.ip !== undefined) this.#failures.count(admitted.address);
      this.#turnedAway(connection, error.reason);
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
    // Its place is free at once; its handshake learns of the end a turn later.
    this.#leave(oldest);
    oldest.evicted = true;
    oldest.connection.destroy();
    this.#turnedAway(oldest.connection, `was the oldest of its address when ${others} others were in their handshake`);
  }

  #turnedAway(connection: Connection, reason: string): void {
    this.#log.write(`uactor: rejected a connection from ${connection.info.peer}, which ${reason}`);
  }
}

/** What counts as one address: an IPv4 address, the network of 64 bits that an IPv6 host has to itself, or this machine. */
function addressOf({ info: { ip = '' } }: Connection): string {
  return isIPv6(ip) ? networkOf(ip) : ip;
}

const INTERVAL_MS = 1_000;

/**
 * Counts the failed handshakes of each address, second by second: a proof or a channel that comes to nothing costs this process more
 * than the other end, and an address that makes many of them gets no more for the rest of the second.
 */
export class FailureRate {
  readonly #mostPerSecond: number;
  /** Of the present second only, so that it is never longer than what can fail in one. */
  readonly #failures = new Map<string, number>();
  #endsAtMs = Number.NEGATIVE_INFINITY;

  constructor(mostPerSecond: number) {
    this.#mostPerSecond = mostPerSecond;
  }

  count(address: string): void {
    this.#turn();
    this.#failures.set(address, (this.#failures.get(address) ?? 0) + 1);
  }

  /** Whether as many have failed as may. */
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
