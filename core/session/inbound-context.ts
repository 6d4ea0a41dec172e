import type { AroundCall } from '../references/around-call.ts';
import type { CallerSession } from '../references/current-call.ts';
import type { LocalExposure } from '../references/exposure.ts';
import type { Ledger } from '../references/ledger.ts';
import type { LocalReference } from '../references/local-reference.ts';
import type { ObjectEntry, ObjectTable } from '../references/object-table.ts';
import type { CallMetadata } from '../seam/call-options.ts';
import type { MessageAllowance } from '../seam/codec/budget.ts';
import type { Limits } from '../seam/limits.ts';
import type { Claims } from './extension-reader.ts';
import type { BufferedShare } from './flow-control.ts';
import type { Outbox } from './outbox.ts';

/** The value of {@link ReceivedProxies.reply} for a reply to a proxy without a context. */
export const NO_CONTEXT: object = {};

/** Handles the proxies in the value that was just decoded. */
export interface ReceivedProxies {
  /**
   * While a reply is decoded, the context of the called proxy ({@link ReplyContext}) or {@link NO_CONTEXT}; `undefined` for other
   * messages. A field, because every reply sets it and few read it.
   */
  reply: object | undefined;
  /** Whether the value contains proxies: then one of the methods below must be called. */
  readonly received: boolean;
  /** Returns the claims that must settle before the value may be used; `undefined` when there are none. */
  takeClaims(): Claims | undefined;
  /** Leaves the proxies to garbage collection: the value may be read, but nothing waits for its claims. */
  dropClaims(): void;
  /** Drops the value: releases its references at once. */
  discard(): void;
}

/** A received call with decoded arguments. */
export interface Arrival {
  readonly call: number;
  /** The called object, or `undefined` when the peer holds none with that id. */
  readonly entry?: ObjectEntry | undefined;
  readonly operation: number;
  readonly flags: number;
  readonly args: readonly unknown[];
  /** The size of the message, in bytes. */
  readonly bytes: number;
  /** The bytes that the call occupies while it waits: more than its size if it arrived compressed. */
  readonly heldBytes: number;
  /** The error of unusable arguments, if any. */
  readonly refusal?: unknown;
  /** The pending claims of proxies among the arguments; `undefined` when there are none. */
  readonly claims?: Claims | undefined;
  /** The metadata sent with the arguments. */
  readonly metadata?: CallMetadata | undefined;
}

/** The parts of the process that replies to claims use. */
export interface ClaimRuntime {
  readonly objects: ObjectTable;
  home(entry: ObjectEntry): LocalReference;
}

/** The parts of the process that running calls use. */
export interface CallRuntime {
  /** Whether a call needs only its method run: no function wraps or refuses calls, and the result is copied. */
  isPlain(entry: ObjectEntry, operation: number): boolean;
  /** Returns the reason why calls of that object are rejected, if they are. */
  refusal(entry: ObjectEntry): Error | undefined;
  /** The name of the actor whose process this is, if any. */
  readonly actorName: string | undefined;
  /** The function that wraps every call, if any. */
  readonly around: AroundCall | undefined;
  /** Runs a method. */
  run(entry: ObjectEntry, operation: number, args: readonly unknown[]): unknown;
  /** Returns the form in which a method's result is sent, by the exposure's `methodToTypeid`. */
  handOut(entry: ObjectEntry, operation: number, result: unknown): unknown;
}

/** The parts of the session that a peer's calls use. */
export interface InboundContext {
  readonly outbox: Outbox;
  readonly limits: Limits;
  /** The objects that the peer can name. */
  readonly ledger: Ledger;
  /** The object of the peer's control calls. */
  readonly control: ObjectEntry;
  readonly extensions: ReceivedProxies;
  /** Knows the inflated size of the message that was decoded last. */
  readonly allowance: MessageAllowance;
  /** The memory that waiting calls occupy. */
  readonly share: BufferedShare;
  readonly redactErrors: boolean;
  /** The caller's session. */
  readonly caller: CallerSession;
  readonly runtime: CallRuntime;
  /** Called when the peer broke the protocol: ends the session. */
  violation(what: string): void;
  /** Called when the serializer cannot encode even an error: ends the session. */
  readonly unable: (error: unknown) => void;
  /** Called when a call has ended. */
  ended(): void;
}

/** The call whose result is sent. */
export interface Answered {
  readonly entry?: { readonly exposure: LocalExposure } | undefined;
  readonly operation: number;
  readonly flags: number;
}
