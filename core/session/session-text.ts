import { escapeControls } from '../values/error-text.ts';
import type { Limits } from '../seam/limits.ts';
import { creditOf } from './argument-credit.ts';
import { areEndpoints } from '../references/token.ts';

/** What both ends say first, beside what the handshake told. */
export interface Greeting {
  readonly endpoints: readonly string[];
  /** How many calls the other end may have in flight; `undefined` when it does not say. */
  readonly maxCallsInFlight?: number;
  /** How many bytes of calls may wait here to be started; `undefined` when it does not say. */
  readonly argumentBytes?: number;
  /** The largest message that this end accepts, in bytes; `undefined` when it does not say. */
  readonly maxMessageBytes?: number;
  /** The largest number of values that this end reads in one message; `undefined` when it does not say. */
  readonly maxNodes?: number;
  /** How many references this end takes; `undefined` when it does not say. */
  readonly maxReferences?: number;
  /** Whether calls may bring metadata. */
  readonly metadata?: boolean;
}

/** The members of a greeting that are numbers from 1 on. */
const BOUNDS = ['maxCallsInFlight', 'argumentBytes', 'maxMessageBytes', 'maxNodes', 'maxReferences'] as const;

/** What an end with these limits greets with. */
export function greetingOf(limits: Limits, endpoints: readonly string[]): Greeting {
  const { maxCallsInFlight, maxMessageBytes, maxNodes, maxReferences } = limits;
  const bounds = { maxCallsInFlight, argumentBytes: creditOf(limits), maxMessageBytes, maxNodes, maxReferences };
  return { endpoints, ...bounds, metadata: true };
}

/** Why a session was ended in an orderly way, or is about to be. */
export interface Farewell {
  readonly reason:
    | 'shutdown'
    | 'idle'
    | 'released'
    | 'crashed'
    | 'protocol'
    | 'slow consumer'
    | 'overloaded'
    | 'unknown serializer';
  /** For a person; never more than 1,024 characters. */
  readonly message?: string;
  /** The end of the error output of a process that ended before its actor was ready; at most 4,096 characters. */
  readonly output?: string;
}

const REASONS: readonly string[] = [
  'shutdown',
  'idle',
  'released',
  'crashed',
  'protocol',
  'slow consumer',
  'overloaded',
  'unknown serializer',
];
const MAX_MESSAGE_LENGTH = 1024;
const MAX_OUTPUT_LENGTH = 4096;

/** A greeting from its text, or `undefined` if the text is invalid. */
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

/** A farewell from its text, or `undefined` if the text is invalid. */
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
  return typeof value === 'string' && REASONS.includes(value);
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not JSON: the caller ends the session for it, and what the peer wrote is of no use to anybody.
    return undefined;
  }
}
