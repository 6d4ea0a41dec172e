import type { CallMetadata, CallOptions } from '../seam/call-options.ts';
import type { Executed } from '../seam/errors.ts';
import { onAbort } from '../references/abort-listeners.ts';
import type { Deadline, Deadlines } from '../references/deadlines.ts';
import type { Place } from '../references/line.ts';
import { pinProxies } from '../proxy/pinned-proxies.ts';
import type { UnreadBlobs } from '../objects/blob-contents.ts';
import type { Claims } from './claims.ts';
import { FLAG_COPY } from './message.ts';
import type { Exposure } from '../references/exposure.ts';
import type { Limits } from '../seam/limits.ts';
import type { ReceivedProxies } from './inbound-context.ts';
import type { Outbox } from './outbox.ts';

/** The called object, the operation and the arguments. */
export interface CallRequest {
  readonly target: CallTarget;
  readonly operation: number;
  readonly flags: number;
  readonly args: readonly unknown[];
  /** Whether the call does not keep the process alive. */
  readonly background: boolean;
  /** The context for decoding the reply, if the proxy has one. */
  readonly context?: object | undefined;
  /** The metadata sent with the arguments. */
  readonly metadata?: CallMetadata | undefined;
  /** The member that the user called, if the library calls another one for it. */
  readonly calledAs?: string | undefined;
}

const NO_ARGUMENTS: readonly unknown[] = [];

/** The record of a call of this end that waits, claims, or may be given up by its caller. */
export class OutboundCall {
  readonly target: CallTarget | undefined;
  readonly operation: number;
  readonly flags: number;
  readonly background: boolean;
  readonly context: object | undefined;
  readonly metadata: CallMetadata | undefined;
  readonly #calledAs: string | undefined;
  /** The ticket, if the call is a CLAIM. */
  readonly ticket: Uint8Array | undefined;
  #args: readonly unknown[];
  #place: Place<number> | undefined;
  #unpin: (() => void) | undefined;
  #deadline: Deadline | undefined;
  #deadlines: Deadlines | undefined;
  #leaveSignal: (() => void) | undefined;
  /** The pending claims of the reply, and whether the reply says that the method ran. */
  answer: { readonly claims: Claims; readonly executed: Executed } | undefined;

  constructor(
    {
      target,
      operation,
      flags,
      args,
      background,
      context,
      metadata,
      calledAs,
    }: Omit<CallRequest, 'target'> & Partial<Pick<CallRequest, 'target'>>,
    ticket?: Uint8Array,
  ) {
    this.target = target;
    this.operation = operation;
    this.flags = flags;
    this.#args = args;
    this.background = background;
    this.context = context;
    this.metadata = metadata;
    this.#calledAs = calledAs;
    this.ticket = ticket;
  }

  /** Creates the record of a CLAIM. */
  static claim(ticket: Uint8Array): OutboundCall {
    return new OutboundCall({ operation: 0, flags: 0, args: NO_ARGUMENTS, background: false }, ticket);
  }

  /** Creates the record of a call that needed none before its reply. */
  static answered(): OutboundCall {
    return new OutboundCall({ operation: 0, flags: 0, args: NO_ARGUMENTS, background: false });
  }

  get args(): readonly unknown[] {
    return this.#args;
  }

  /** The name of the called member, for messages. */
  get name(): string {
    if (this.target === undefined) return 'a claim';
    const copies = (this.flags & FLAG_COPY) !== 0;
    return this.target.describe(this.operation, copies ? 'getValue()' : this.#calledAs);
  }

  /** Whether only a reply ends the caller's wait. */
  get patient(): boolean {
    return this.#deadline === undefined && this.#leaveSignal === undefined;
  }

  /** Calls `late` or `aborted` when the deadline passes or the signal aborts, until {@link OutboundCall.unwatch}. */
  watch(
    { timeout, signal }: CallOptions,
    deadlines: Deadlines,
    late: (timeout: number) => void,
    aborted: (signal: AbortSignal) => void,
  ): void {
    this.#deadlines = deadlines;
    if (timeout !== undefined) this.#deadline = deadlines.add(timeout, () => late(timeout));
    if (signal !== undefined) this.#leaveSignal = onAbort(signal, () => aborted(signal));
  }

  /** Called when the call is settled: removes deadline and signal. */
  unwatch(): void {
    if (this.#deadline) this.#deadlines?.delete(this.#deadline);
    this.#leaveSignal?.();
  }

  /**
   * Called when the call starts to wait at this place. Holds its object and arguments, which might otherwise be released before
   * its turn.
   */
  wait(place: Place<number>): void {
    this.#place = place;
    this.target?.addProxy();
    this.#unpin = pinProxies(this.#args);
  }

  /** Moves the call to another place. */
  waitAgain(place: Place<number>): void {
    this.#place = place;
  }

  /** The call's place, if it waits. */
  get place(): Place<number> | undefined {
    return this.#place;
  }

  /** Called when the call was sent, or never will be. */
  leave(): void {
    this.#args = NO_ARGUMENTS;
    if (this.#place === undefined) return;
    this.#place = undefined;
    this.target?.dropProxy();
    this.#unpin?.();
  }
}

/** The object of a call. */
export interface CallTarget {
  /** The object's id at the peer. */
  readonly id: number;
  /** The object's exposure. */
  readonly exposure: Exposure;
  /** Names an operation for messages, or the member that the user called for it: `Counter: increment()`. */
  describe(operation: number, calledAs?: string): string;
  /** Holds the object while a call waits for its turn, because its proxy may be released meanwhile. */
  addProxy(): void;
  dropProxy(): void;
}

/** Reads the blobs of a call, whose object is held meanwhile. Then calls `then`, which sends it. */
export function holdWhileRead(
  unread: UnreadBlobs,
  target: CallTarget,
  args: readonly unknown[],
  then: (failure: unknown) => void,
): void {
  target.addProxy();
  const unpin = pinProxies(args);
  void unread.read((failure) => {
    then(failure);
    unread.forget();
    target.dropProxy();
    unpin?.();
  });
}

/** The parts of the session that its outbound calls use. */
export interface OutboundContext {
  readonly outbox: Outbox;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly extensions: ReceivedProxies;
  /** Sets whether a call in progress keeps the process alive. */
  hold(wanted: boolean): void;
  /** Called when no call is in progress any more. */
  idle(): void;
  /** Called when the peer broke the protocol. */
  violation(what: string): void;
}
