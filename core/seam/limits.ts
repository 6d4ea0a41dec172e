import { MAX_TIMER_MS } from './call-options.ts';

/**
 * What one session may cost this process. Every figure can be changed per actor class with `options.limits`; the
 * defaults are exported as {@link DEFAULT_LIMITS}.
 */
export interface Limits {
  /** The largest message to send or accept, in bytes, header included. Default 256 MiB. */
  readonly maxMessageBytes: number;
  /** The deepest nesting of containers in one value. Default 1,100 (1,000 levels of the user's own and what wraps them). */
  readonly maxDepth: number;
  /** The largest number of values that one message may expand to. Default 20,000,000. */
  readonly maxNodes: number;
  /** How many calls of one session may be under way in one direction; later ones wait at the caller. Default 16,384. */
  readonly maxCallsInFlight: number;
  /** How many references one session may hold of this process's objects, and tickets besides. Default 10,000,000. */
  readonly maxReferences: number;
  /**
   * Above this many bytes waiting for a slow reader, its further calls are not started, and calls to it wait unencoded. As many
   * bytes of a peer's calls may wait here to be started. Default 16 MiB, at least 64 KiB.
   */
  readonly highWaterBytes: number;
  /** A reader that takes nothing of what is waiting for so long is disconnected, in milliseconds. Default 30,000. */
  readonly slowConsumerMs: number;
  /** The largest message before the other end has proved that it knows the authkey, in bytes. Default 512. */
  readonly maxHandshakeBytes: number;
  /** How long the whole handshake may take, in milliseconds. Default 5,000. */
  readonly handshakeMs: number;
  /**
   * How many connections may be in their handshake at a time; beyond it the address with the most loses its oldest. Default 1,024.
   */
  readonly maxHandshakes: number;
  /** How many replies to calls that nobody made are tolerated before the session is closed. Default 16. */
  readonly maxStrayReplies: number;
  /** How long a reference on its way to a third process is held for it, in milliseconds. Default 30,000. */
  readonly ticketMs: number;
  /**
   * How long a call, or its result, waits for the processes whose objects are in it, and a claim for its grant, in
   * milliseconds. Default 5,000.
   */
  readonly claimMs: number;
}

/** No connection of Node is full before that much waits in it. */
export const MIN_HIGH_WATER_BYTES: number = 64 * 1024;

/** The largest length that a message can state. */
const MAX_MESSAGE_BYTES = 2 ** 32 - 1;

/** The limits as figures that timers, messages and the way to the actor's process can carry; `Infinity` is the largest. */
export function boundedLimits(limits: Limits): Limits {
  return {
    maxMessageBytes: Math.min(limits.maxMessageBytes, MAX_MESSAGE_BYTES),
    maxDepth: Math.min(limits.maxDepth, Number.MAX_SAFE_INTEGER),
    maxNodes: Math.min(limits.maxNodes, Number.MAX_SAFE_INTEGER),
    maxCallsInFlight: Math.min(limits.maxCallsInFlight, Number.MAX_SAFE_INTEGER),
    maxReferences: Math.min(limits.maxReferences, Number.MAX_SAFE_INTEGER),
    // A connection that is not full yet never says that it has room again, so less could wait for ever.
    highWaterBytes: Math.min(Math.max(limits.highWaterBytes, MIN_HIGH_WATER_BYTES), Number.MAX_SAFE_INTEGER),
    slowConsumerMs: Math.min(limits.slowConsumerMs, MAX_TIMER_MS),
    maxHandshakeBytes: Math.min(limits.maxHandshakeBytes, MAX_MESSAGE_BYTES),
    handshakeMs: Math.min(limits.handshakeMs, MAX_TIMER_MS),
    maxHandshakes: Math.min(limits.maxHandshakes, Number.MAX_SAFE_INTEGER),
    maxStrayReplies: Math.min(limits.maxStrayReplies, Number.MAX_SAFE_INTEGER),
    ticketMs: Math.min(limits.ticketMs, MAX_TIMER_MS),
    claimMs: Math.min(limits.claimMs, MAX_TIMER_MS / 2),
  };
}

/** The limits in force where `options.limits` says nothing else. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  maxMessageBytes: 256 * 1024 * 1024,
  maxDepth: 1100,
  maxNodes: 20_000_000,
  maxCallsInFlight: 16_384,
  maxReferences: 10_000_000,
  highWaterBytes: 16 * 1024 * 1024,
  slowConsumerMs: 30_000,
  maxHandshakeBytes: 512,
  handshakeMs: 5_000,
  maxHandshakes: 1_024,
  maxStrayReplies: 16,
  ticketMs: 30_000,
  claimMs: 5_000,
});
