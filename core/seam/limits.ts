import { inspect } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { MAX_TIMER_MS } from './call-options.ts';

/** Limits on all sessions of a process together. An actor's process uses those of its class. */
export interface ProcessLimits {
  /** The maximum number of open sessions that peers began; a further one is ended immediately. Default 10,000. */
  readonly maxSessions: number;
  /**
   * The maximum number of bytes that wait in all sessions: to be sent, to be started, or for the rest of their message. Above
   * half of this limit, a session gets only the 64 KiB guaranteed to each; above the limit, the session that has been idle for
   * longest is ended. Default a quarter of the heap limit, at least 512 MiB.
   */
  readonly maxBufferedBytes: number;
  /** The maximum number of tickets that wait for their claim, and of claims that wait for their grant. Default 100,000. */
  readonly maxTickets: number;
  /** The maximum number of objects that are handed out, counted once for every session that holds them. Default 1,000,000. */
  readonly maxObjects: number;
}

/**
 * Limits on one session, and for all sessions together. Each can be changed per actor class with `options.limits`. The defaults
 * are exported as {@link DEFAULT_LIMITS}; those that differ for peers on a network as {@link DEFAULT_REMOTE_LIMITS}.
 */
export interface Limits extends ProcessLimits {
  /**
   * The largest message to send or accept, in bytes, including the header; each end also observes its peer's limit. Default 256
   * MiB, over a network 16 MiB.
   */
  readonly maxMessageBytes: number;
  /** The deepest nesting of containers in one value. Default 1,100 (1,000 for the user's value, the rest for the library's own), at most 1,500. */
  readonly maxDepth: number;
  /**
   * The largest number of values that one message may expand to; each end also observes its peer's limit. Default 20,000,000,
   * over a network 1,000,000.
   */
  readonly maxNodes: number;
  /**
   * The maximum number of calls in progress over one session, in one direction; later ones wait at the caller. Default 16,384.
   */
  readonly maxCallsInFlight: number;
  /**
   * The maximum number of references that one session holds to this process's objects, of references to the peer's objects, and
   * of tickets. Default 10,000,000, over a network 100,000.
   */
  readonly maxReferences: number;
  /**
   * When more than this many bytes wait for a slow reader, its further calls are not started, and calls to it wait unencoded. The
   * same number of bytes of a peer's calls may wait here to be started. Default 16 MiB, at least 64 KiB.
   */
  readonly highWaterBytes: number;
  /**
   * A reader is disconnected if more than `highWaterBytes` wait for it and it reads them more slowly than `minBytesPerSecond` for
   * this time, in milliseconds. Default 30,000.
   */
  readonly slowConsumerMs: number;
  /** A partly received message must continue at `minBytesPerSecond`, measured over this many milliseconds. Default 30,000. */
  readonly messageMs: number;
  /** The minimum rate at which a peer must read waiting data and continue its messages. Default 16 KiB. */
  readonly minBytesPerSecond: number;
  /** The largest message before the peer has proved that it knows the authkey, in bytes. Default 512. */
  readonly maxHandshakeBytes: number;
  /** How long the whole handshake may take, in milliseconds. Default 5,000. */
  readonly handshakeMs: number;
  /**
   * The maximum number of connections in their handshake; beyond that, the address with the most of them loses its oldest.
   * Default 1,024.
   */
  readonly maxHandshakes: number;
  /**
   * How long a new connection may be silent, in milliseconds; at most `handshakeMs`. Default 5,000, over a network 2,000.
   */
  readonly firstBytesMs: number;
  /**
   * The maximum number of failed handshakes per second from one network address; further connections from there are closed for
   * the rest of that second before they cost anything. Default 100.
   */
  readonly maxFailuresPerSecond: number;
  /** The number of replies to unknown calls before the session is ended. Default 16. */
  readonly maxStrayReplies: number;
  /** How long a reference in flight to a third process is held, in milliseconds. Default 30,000. */
  readonly ticketMs: number;
  /**
   * How long a call or its result waits for the processes of the objects in it, and a claim for its grant, in milliseconds. Default
   * 5,000.
   */
  readonly claimMs: number;
}

/** Every Node connection accepts at least this many waiting bytes before it is full. */
export const MIN_HIGH_WATER_BYTES: number = 64 * 1024;

/** The largest length that the length field can hold. */
const MAX_MESSAGE_BYTES = 2 ** 32 - 1;

/** Returns the limits for a peer on this machine or on a network; `given` are those of the user. */
export function limitsFor(given: Partial<Limits> | undefined, local: boolean): Limits {
  return boundedLimits({ ...DEFAULT_LIMITS, ...(!local && DEFAULT_REMOTE_LIMITS), ...given });
}

/** Codecs recurse on the stack, with two or three frames per level, so they never try more levels. */
export const MAX_DEPTH = 1_500;

/** The greatest limits that codecs, timers and messages can keep to. */
const GREATEST_LIMITS: Limits = {
  maxSessions: Number.MAX_SAFE_INTEGER,
  maxBufferedBytes: Number.MAX_SAFE_INTEGER,
  maxTickets: Number.MAX_SAFE_INTEGER,
  maxObjects: Number.MAX_SAFE_INTEGER,
  maxMessageBytes: MAX_MESSAGE_BYTES,
  maxDepth: MAX_DEPTH,
  maxNodes: Number.MAX_SAFE_INTEGER,
  maxCallsInFlight: Number.MAX_SAFE_INTEGER,
  maxReferences: Number.MAX_SAFE_INTEGER,
  highWaterBytes: Number.MAX_SAFE_INTEGER,
  slowConsumerMs: MAX_TIMER_MS,
  messageMs: MAX_TIMER_MS,
  minBytesPerSecond: Number.MAX_SAFE_INTEGER,
  maxHandshakeBytes: MAX_MESSAGE_BYTES,
  handshakeMs: MAX_TIMER_MS,
  maxHandshakes: Number.MAX_SAFE_INTEGER,
  firstBytesMs: MAX_TIMER_MS,
  maxFailuresPerSecond: Number.MAX_SAFE_INTEGER,
  maxStrayReplies: Number.MAX_SAFE_INTEGER,
  ticketMs: MAX_TIMER_MS,
  claimMs: MAX_TIMER_MS / 2,
};

/** Reduces limits to the greatest possible ones; `Infinity` becomes the greatest. */
function boundedLimits(limits: Limits): Limits {
  return {
    maxSessions: Math.min(limits.maxSessions, GREATEST_LIMITS.maxSessions),
    maxBufferedBytes: Math.min(limits.maxBufferedBytes, GREATEST_LIMITS.maxBufferedBytes),
    maxTickets: Math.min(limits.maxTickets, GREATEST_LIMITS.maxTickets),
    maxObjects: Math.min(limits.maxObjects, GREATEST_LIMITS.maxObjects),
    maxMessageBytes: Math.min(limits.maxMessageBytes, GREATEST_LIMITS.maxMessageBytes),
    maxDepth: Math.min(limits.maxDepth, GREATEST_LIMITS.maxDepth),
    maxNodes: Math.min(limits.maxNodes, GREATEST_LIMITS.maxNodes),
    maxCallsInFlight: Math.min(limits.maxCallsInFlight, GREATEST_LIMITS.maxCallsInFlight),
    maxReferences: Math.min(limits.maxReferences, GREATEST_LIMITS.maxReferences),
    // A connection that is not full never reports that it has room again, so a smaller limit could wait for ever.
    highWaterBytes: Math.min(Math.max(limits.highWaterBytes, MIN_HIGH_WATER_BYTES), GREATEST_LIMITS.highWaterBytes),
    slowConsumerMs: Math.min(limits.slowConsumerMs, GREATEST_LIMITS.slowConsumerMs),
    messageMs: Math.min(limits.messageMs, GREATEST_LIMITS.messageMs),
    minBytesPerSecond: Math.min(limits.minBytesPerSecond, GREATEST_LIMITS.minBytesPerSecond),
    maxHandshakeBytes: Math.min(limits.maxHandshakeBytes, GREATEST_LIMITS.maxHandshakeBytes),
    handshakeMs: Math.min(limits.handshakeMs, GREATEST_LIMITS.handshakeMs),
    maxHandshakes: Math.min(limits.maxHandshakes, GREATEST_LIMITS.maxHandshakes),
    firstBytesMs: Math.min(limits.firstBytesMs, GREATEST_LIMITS.firstBytesMs),
    maxFailuresPerSecond: Math.min(limits.maxFailuresPerSecond, GREATEST_LIMITS.maxFailuresPerSecond),
    maxStrayReplies: Math.min(limits.maxStrayReplies, GREATEST_LIMITS.maxStrayReplies),
    ticketMs: Math.min(limits.ticketMs, GREATEST_LIMITS.ticketMs),
    claimMs: Math.min(limits.claimMs, GREATEST_LIMITS.claimMs),
  };
}

/** Returns the fault of a limit's value, in words that continue its name; `undefined` for a valid value. */
export function limitFault(name: string, figure: unknown): string | undefined {
  if (typeof figure !== 'number' || !(figure >= 1)) return `must be a number of at least 1; it is ${inspect(figure)}`;
  // A duration beyond the longest timer is weeks long, so the difference does not matter.
  if (name.endsWith('Ms')) return undefined;
  const greatest = new Map<string, number>(Object.entries(GREATEST_LIMITS)).get(name);
  if (greatest === undefined || figure <= greatest || figure === Infinity) return undefined;
  return `must be at most ${greatest}, or Infinity for this maximum; it is ${figure}`;
}

/** The names of the limits that apply to the whole process. */
export const PROCESS_LIMITS: readonly string[] = [
  'maxSessions',
  'maxBufferedBytes',
  'maxTickets',
  'maxObjects',
] satisfies readonly (keyof ProcessLimits)[];

/** Limits that apply only to the handshake or to the whole process, not to one session. */
const BESIDE_SESSIONS: ReadonlySet<string> = new Set([
  ...PROCESS_LIMITS,
  'maxHandshakeBytes',
  'handshakeMs',
  'maxHandshakes',
  'firstBytesMs',
  'maxFailuresPerSecond',
]);

/** Whether a session with these limits satisfies the requested ones. */
export function hasLimits(limits: Limits, asked: Partial<Limits>): boolean {
  const figures = new Map<string, number>(Object.entries(limits));
  const wanted = Object.entries(boundedLimits({ ...limits, ...asked }));
  return wanted.every(([name, figure]) => BESIDE_SESSIONS.has(name) || figures.get(name) === figure);
}

/** The buffer must have room for several of the largest messages between processes of this machine. */
const LEAST_BUFFERED_BYTES = 512 * 1024 * 1024;

/** The limits for peers on this machine, if `options.limits` does not change them. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  maxSessions: 10_000,
  maxBufferedBytes: Math.max(LEAST_BUFFERED_BYTES, Math.floor(getHeapStatistics().heap_size_limit / 4)),
  maxTickets: 100_000,
  maxObjects: 1_000_000,
  maxMessageBytes: 256 * 1024 * 1024,
  maxDepth: 1100,
  maxNodes: 20_000_000,
  maxCallsInFlight: 16_384,
  maxReferences: 10_000_000,
  highWaterBytes: 16 * 1024 * 1024,
  slowConsumerMs: 30_000,
  messageMs: 30_000,
  minBytesPerSecond: 16 * 1024,
  maxHandshakeBytes: 512,
  handshakeMs: 5_000,
  maxHandshakes: 1_024,
  firstBytesMs: 5_000,
  maxFailuresPerSecond: 100,
  maxStrayReplies: 16,
  ticketMs: 30_000,
  claimMs: 5_000,
});

/** The values that replace those of {@link DEFAULT_LIMITS} for peers on a network. */
export const DEFAULT_REMOTE_LIMITS: Pick<Limits, 'maxMessageBytes' | 'maxNodes' | 'maxReferences' | 'firstBytesMs'> =
  Object.freeze({
    maxMessageBytes: 16 * 1024 * 1024,
    maxNodes: 1_000_000,
    maxReferences: 100_000,
    firstBytesMs: 2_000,
  });
