/**
 * What holds for a session as a whole: the settings of this end, and the two texts in which the ends tell each other theirs: HELLO, the
 * greeting, and END, the farewell.
 */
import type { ProxyClassOf } from '../proxy/proxy-class.ts';
import { areEndpoints } from '../references/exposure.ts';
import type { Limits } from '../seam/limits.ts';
import type { Connection } from '../seam/transport.ts';
import type { Authkey } from '../trust/authkey.ts';
import { defaultDialPolicy, type DialPolicy, type Permission, permissionOf } from '../trust/dial-policy.ts';
import { escapeControls, shownText } from '../values/error-text.ts';
import { creditOf } from './flow-control.ts';

/** The settings of one `connect` for its proxies, whichever session they use. */
interface ConnectTerms {
  /** The dial policy for addresses that the peer names. Default: that of the process. */
  readonly dial: DialPolicy | undefined;
  /** The classes of received proxies. */
  readonly classOf: ProxyClassOf;
}

/** The settings that belong to a proxy rather than to its session: how replies to its calls are decoded. */
export class ReplyContext {
  readonly classOf: ProxyClassOf;
  readonly permit: Permission;

  constructor(classOf: ProxyClassOf, permit: Permission) {
    this.classOf = classOf;
    this.permit = permit;
  }
}

/** The maximum number of dial policies in a session. */
const MAX_POLICIES = 16;

/** The parts of a session's terms. */
interface SessionTermsParts {
  readonly runtime: { readonly dialPolicy: DialPolicy | undefined };
  readonly connection: Connection;
  readonly keepAliveMs?: number | undefined;
  readonly dial?: DialPolicy | undefined;
  readonly authkey?: Authkey | undefined;
}

/** The settings of a session as a whole. Each further `connect` that uses the session may restrict its dial policy. */
export class SessionTerms {
  /** The dial policy for replies to a proxy without its own context. */
  readonly permit: Permission;
  /** The dial policy for messages that the peer sends by itself: every policy must allow the address. */
  readonly strictPermit: Permission;
  readonly limits: Limits;
  /** How long a peer on another machine may be silent, in milliseconds; `undefined`: no limit. */
  readonly keepAliveMs: number | undefined;
  readonly #permitBy: (policy: () => DialPolicy | undefined) => Permission;
  readonly #ofProcess: () => DialPolicy | undefined;
  readonly #policies: DialPolicy[] = [];

  constructor(limits: Limits, { runtime, connection, keepAliveMs, dial, authkey }: SessionTermsParts) {
    this.limits = limits;
    this.keepAliveMs = keepAliveMs;
    this.#ofProcess = () => runtime.dialPolicy;
    this.#permitBy = (policy) => permissionOf(policy, connection.info, authkey);
    const own = (): DialPolicy | undefined => dial ?? runtime.dialPolicy;
    this.permit = this.#permitBy(own);
    const strictest: DialPolicy = (address, question) =>
      [own() ?? defaultDialPolicy, ...this.#policies].every((policy) => policy(address, question));
    this.strictPermit = this.#permitBy(() => strictest);
  }

  /** Whether another `connect` with this dial policy can use the session, which keeps and checks every policy. */
  takes(dial: DialPolicy | undefined): boolean {
    return dial === undefined || this.#policies.length < MAX_POLICIES || this.#policies.includes(dial);
  }

  /** Adds a `connect`. Returns the context of its proxies. */
  add({ classOf, dial }: ConnectTerms): ReplyContext {
    if (dial !== undefined && !this.#policies.includes(dial)) this.#policies.push(dial);
    return new ReplyContext(
      classOf,
      this.#permitBy(() => dial ?? this.#ofProcess()),
    );
  }
}

/** The first message of both ends, in addition to the handshake. */
export interface Greeting {
  readonly endpoints: readonly string[];
  /** The maximum number of calls that the peer may have in flight; `undefined` if not announced. */
  readonly maxCallsInFlight?: number;
  /** The maximum bytes of calls that may wait here to start; `undefined` if not announced. */
  readonly argumentBytes?: number;
  /** The maximum message size that this end accepts, in bytes; `undefined` if not announced. */
  readonly maxMessageBytes?: number;
  /** The maximum number of values that this end reads in one message; `undefined` if not announced. */
  readonly maxNodes?: number;
  /** The maximum number of references that this end accepts; `undefined` if not announced. */
  readonly maxReferences?: number;
  /** Whether calls may have metadata. */
  readonly metadata?: boolean;
}

/** The members of a greeting that are integers from 1 on. */
const BOUNDS = ['maxCallsInFlight', 'argumentBytes', 'maxMessageBytes', 'maxNodes', 'maxReferences'] as const;

/** Returns the greeting of an end with these limits. */
export function greetingOf(limits: Limits, endpoints: readonly string[]): Greeting {
  const { maxCallsInFlight, maxMessageBytes, maxNodes, maxReferences } = limits;
  const bounds = { maxCallsInFlight, argumentBytes: creditOf(limits), maxMessageBytes, maxNodes, maxReferences };
  return { endpoints, ...bounds, metadata: true };
}

/** Parses a greeting; `undefined` if the text is invalid. */
export function parseGreeting(text: string): Greeting | undefined {
  const value = parseObject(text);
  if (value === undefined || !('endpoints' in value)) return undefined;
  const { endpoints } = value;
  if (!areEndpoints(endpoints)) return undefined;
  const bounds: { -readonly [Name in (typeof BOUNDS)[number]]?: number } = {};
  for (const name of BOUNDS) {
    const bound: unknown = Reflect.get(value, name);
    if (bound === undefined) continue;
    if (typeof bound !== 'number' || !(bound >= 1)) return undefined;
    bounds[name] = bound;
  }
  const metadata: unknown = Reflect.get(value, 'metadata');
  return { endpoints, ...bounds, ...(metadata === true && { metadata }) };
}

const REASONS = [
  'shutdown',
  'idle',
  'released',
  'crashed',
  'protocol',
  'slow consumer',
  'overloaded',
  'unknown serializer',
] as const;

/** The reason of an orderly end of a session. */
export interface Farewell {
  readonly reason: (typeof REASONS)[number];
  /** A text for people; at most 1,024 characters. */
  readonly message?: string;
  /** The end of the error output of a process that ended before its actor was ready; at most 4,096 characters. */
  readonly output?: string;
}

/** The end of a session whose serializer encodes no reply, not even the error about that. Both ends show the text. */
export function cannotEncode(serializer: string, error: unknown): Farewell {
  const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const message = `the serializer '${serializer}' of the called process cannot encode an error: ${shownText(reason)}`;
  return { reason: 'protocol', message };
}

const MAX_MESSAGE_LENGTH = 1024;

const MAX_OUTPUT_LENGTH = 4096;

/** Parses a farewell; `undefined` if the text is invalid. */
export function parseFarewell(text: string): Farewell | undefined {
  const value = parseObject(text);
  if (value === undefined || !('reason' in value) || !isReason(value.reason)) return undefined;
  const { reason } = value;
  const message = 'message' in value && typeof value.message === 'string' ? value.message : undefined;
  const output = 'output' in value && typeof value.output === 'string' ? value.output : undefined;
  return {
    reason,
    ...(message !== undefined && { message: escapeControls(message.slice(0, MAX_MESSAGE_LENGTH)) }),
    ...(output !== undefined && { output: output.slice(-MAX_OUTPUT_LENGTH) }),
  };
}

function isReason(value: unknown): value is Farewell['reason'] {
  return REASONS.some((reason) => reason === value);
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not JSON: the caller ends the session, and needs no details.
    return undefined;
  }
}
