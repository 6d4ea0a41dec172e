import { getHeapStatistics } from 'node:v8';
import { MAX_TIMER_MS } from './call-options.ts';

/** What all sessions of a process together may cost it. An actor's process has those of its class. */
export interface ProcessLimits {
  /** How many sessions that others began may be open at a time; one more is ended as soon as it has begun. Default 10,000. */
  readonly maxSessions: number;
  /**
   * How many bytes may wait in all sessions: to be sent, to be started, and for the rest of their message. From half of it on a
   * session gets the 64 KiB that each may have in any case; beyond it the session that has not moved for longest is ended. Default a
   * quarter of the heap's limit, at least 512 MiB.
   */
  readonly maxBufferedBytes: number;
  /** How many tickets may wait for their claim, and how many claims for their grant. Default 100,000. */
  readonly maxTickets: number;
  /** How many objects may be handed out, each counted once for every session that holds it. Default 1,000,000. */
  readonly maxObjects: number;
}

/**
 * What one session, and all of them together, may cost this process. Every figure can be changed per actor class with
 * `options.limits`; the defaults are exported as {@link DEFAULT_LIMITS}, those that differ for peers beyond a network as
 * {@link DEFAULT_REMOTE_LIMITS}.
 */
export interface Limits extends ProcessLimits {
  /**
   * The largest message to send or accept, in bytes, header included; each end also keeps to what the other one accepts. Default
   * 256 MiB, over a network 16 MiB.
   */
  readonly maxMessageBytes: number;
  /** The deepest nesting of containers in one value. Default 1,100 (1,000 levels of the user's own and what wraps them), at most 1,500. */
  readonly maxDepth: number;
  /**
   * The largest number of values that one message may expand to; each end also keeps to what the other one reads. Default
   * 20,000,000, over a network 1,000,000.
   */
  readonly maxNodes: number;
  /** How many calls of one session may be under way in one direction; later ones wait at the caller. Default 16,384. */
  readonly maxCallsInFlight: number;
  /**
   * How many references one session may hold of this process's objects, and this process of the peer's, and how many tickets besides.
   * Default 10,000,000, over a network 100,000.
   */
  readonly maxReferences: number;
  /**
   * Above this many bytes waiting for a slow reader, its further calls are not started, and calls to it wait unencoded. As many
   * bytes of a peer's calls may wait here to be started. Default 16 MiB, at least 64 KiB.
   */
  readonly highWaterBytes: number;
  /**
   * A reader for which more than `highWaterBytes` wait, and which for so long takes less than `minBytesPerSecond` of them, is
   * disconnected, in milliseconds. Default 30,000.
   */
  readonly slowConsumerMs: number;
  /** A message of which a part has arrived must go on at `minBytesPerSecond`, seen over so many milliseconds. Default 30,000. */
  readonly messageMs: number;
  /** How fast a peer must at least read what waits for it, and send on what it began. Default 16 KiB. */
  readonly minBytesPerSecond: number;
  /** The largest message before the other end has proved that it knows the authkey, in bytes. Default 512. */
  readonly maxHandshakeBytes: number;
  /** How long the whole handshake may take, in milliseconds. Default 5,000. */
  readonly handshakeMs: number;
  /**
   * How many connections may be in their handshake at a time; beyond it the address with the most loses its oldest. Default 1,024.
   */
  readonly maxHandshakes: number;
  /**
   * How long a connection may say nothing at all, in milliseconds; at most `handshakeMs`. Default 5,000, over a network 2,000.
   */
  readonly firstBytesMs: number;
  /**
   * How many connections from one address of a network may fail their handshake in a second; what else comes from there in that
   * second is hung up on before it costs anything. Default 100.
   */
  readonly maxFailuresPerSecond: number;
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

/** The limits that hold for a peer of this machine, or for one beyond a network, where `given` are those of the user. */
export function limitsFor(given: Partial<Limits> | undefined, local: boolean): Limits {
  return boundedLimits({ ...DEFAULT_LIMITS, ...(!local && DEFAULT_REMOTE_LIMITS), ...given });
}

/** Codecs recurse on the stack, and two frames or three a level: more levels are never tried. */
const MAX_DEPTH = 1_500;

/** The greatest figures that codecs, timers and messages can keep to. */
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

/** The limits as figures that can be kept to; `Infinity` is the greatest. */
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
    // A connection that is not full yet never says that it has room again, so less could wait for ever.
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

/** What is wrong with a limit's figure, in words that continue its name; `undefined` when it can be kept to. */
export function limitFault(name: string, figure: unknown): string | undefined {
  if (typeof figure !== 'number' || !(figure >= 1)) return `must be a number from 1 on; it is ${String(figure)}`;
  // A duration that no timer can carry is one of weeks: nobody sees the difference.
  if (name.endsWith('Ms')) return undefined;
  const greatest = new Map<string, number>(Object.entries(GREATEST_LIMITS)).get(name);
  if (greatest === undefined || figure <= greatest || figure === Infinity) return undefined;
  return `must be at most ${greatest}, or Infinity for as much as that; it is ${figure}`;
}

/** The names of the limits that hold for the whole process. */
export const PROCESS_LIMITS: readonly string[] = [
  'maxSessions',
  'maxBufferedBytes',
  'maxTickets',
  'maxObjects',
] satisfies readonly (keyof ProcessLimits)[];

/** What is over with the handshake, or holds for the whole process: no matter of one session. */
const BESIDE_SESSIONS: ReadonlySet<string> = new Set([
  ...PROCESS_LIMITS,
  'maxHandshakeBytes',
  'handshakeMs',
  'maxHandshakes',
  'firstBytesMs',
  'maxFailuresPerSecond',
]);

/** Whether a session with these limits has those that the user asked for. */
export function hasLimits(limits: Limits, asked: Partial<Limits>): boolean {
  const figures = new Map<string, number>(Object.entries(limits));
  const wanted = Object.entries(boundedLimits({ ...limits, ...asked }));
  return wanted.every(([name, figure]) => BESIDE_SESSIONS.has(name) || figures.get(name) === figure);
}

/** The largest message that this machine's processes send each other has to have room several times. */
const LEAST_BUFFERED_BYTES = 512 * 1024 * 1024;

/** The limits in force where `options.limits` says nothing else, and the peer is on this machine. */
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

/** What takes the place of {@link DEFAULT_LIMITS} for peers beyond a network. */
export const DEFAULT_REMOTE_LIMITS: Pick<Limits, 'maxMessageBytes' | 'maxNodes' | 'maxReferences' | 'firstBytesMs'> =
  Object.freeze({
    maxMessageBytes: 16 * 1024 * 1024,
    maxNodes: 1_000_000,
    maxReferences: 100_000,
    firstBytesMs: 2_000,
  });
