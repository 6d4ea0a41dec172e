import type { CallMetadata } from '../seam/call-options.ts';
import type { AroundCall } from '../references/around-call.ts';
import type { CallerSession } from '../references/current-call.ts';
import type { MessageAllowance } from '../seam/codec/message-allowance.ts';
import type { Limits } from '../seam/limits.ts';
import type { Ledger } from '../references/ledger.ts';
import type { LocalReference } from '../references/local-reference.ts';
import type { ObjectEntry, ObjectTable } from '../references/object-table.ts';
import type { BufferedShare } from './buffered-bytes.ts';
import type { Claims } from './claims.ts';
import type { Outbox } from './outbox.ts';

/** What {@link ReceivedProxies.reply} is while the reply to a call is decoded whose proxy says nothing of it. */
export const NO_CONTEXT: object = {};

/** What is to be done about the proxies in the value just decoded. */
export interface ReceivedProxies {
  /**
   * While a reply is decoded, the context of the proxy that was called ({@link ReplyContext}) or {@link NO_CONTEXT}; `undefined` while
   * other messages are. A field, because every reply says it and few are asked for it.
   */
  reply: object | undefined;
  /** Whether there are any: then one of the others must be called. */
  readonly received: boolean;
  takeClaims(): Claims | undefined;
  discard(): void;
}

/** A call as it arrived, its arguments decoded. */
export interface Arrival {
  readonly call: number;
  /** The object called, or `undefined` when the peer holds none of that id. */
  readonly entry: ObjectEntry | undefined;
  readonly operation: number;
  readonly flags: number;
  readonly args: readonly unknown[];
  /** The size of the message, in bytes. */
  readonly bytes: number;
  /** What it keeps while it waits: more than its size if it came compressed. */
  readonly heldBytes: number;
  /** Why the arguments cannot be used, if they cannot. */
  readonly refusal?: unknown;
  /** The proxies among the arguments that are still to be reached; `undefined` when there are none. */
  readonly claims: Claims | undefined;
  /** What came beside the arguments. */
  readonly metadata?: CallMetadata | undefined;
}

/** What answering a claim needs of the process. */
export interface ClaimRuntime {
  readonly objects: ObjectTable;
  home(entry: ObjectEntry): LocalReference;
}

/** What running a call needs of the process. */
export interface CallRuntime {
  /** Whether a call needs nothing but its method run: nothing stands around calls or refuses them, and the result is copied. */
  isPlain(entry: ObjectEntry, operation: number): boolean;
  /** Why no call of that object is taken any more, if none is. */
  refusal(entry: ObjectEntry): Error | undefined;
  /** What stands around every call, if anything does. */
  readonly around: AroundCall | undefined;
  /** Runs a method. */
  run(entry: ObjectEntry, operation: number, args: readonly unknown[]): unknown;
  /** Turns a method's result into what is sent, by the exposure's `methodToTypeid`. */
  handOut(entry: ObjectEntry, operation: number, result: unknown): unknown;
}

/** What the calls of a peer need of their session. */
export interface InboundContext {
  readonly outbox: Outbox;
  readonly limits: Limits;
  /** The objects that the peer can name. */
  readonly ledger: Ledger;
  /** What the peer may ask of this process itself. */
  readonly control: ObjectEntry;
  readonly extensions: ReceivedProxies;
  /** Knows what the message that was decoded last inflated to. */
  readonly allowance: MessageAllowance;
  /** What the calls that wait take of the process's room. */
  readonly share: BufferedShare;
  readonly redactErrors: boolean;
  /** Who calls. */
  readonly caller: CallerSession;
  readonly runtime: CallRuntime;
  /** The peer broke the protocol: the session ends. */
  violation(what: string): void;
  /** A call has ended. */
  ended(): void;
}
