import type { CallMetadata, CallOptions } from '../seam/call-options.ts';
import type { Executed } from '../seam/errors.ts';
import { onAbort } from '../references/abort-listeners.ts';
import type { Deadline, Deadlines } from '../references/deadlines.ts';
import type { Place } from '../references/line.ts';
import { pinProxies } from '../proxy/pinned-proxies.ts';
import type { UnreadBlobs } from '../objects/blob-contents.ts';
import type { Claims } from './claims.ts';
import type { Exposure } from '../references/exposure.ts';

/** What is called, and with what. */
export interface CallRequest {
  readonly target: CallTarget;
  readonly operation: number;
  readonly flags: number;
  readonly args: readonly unknown[];
  /** The call keeps no process alive. */
  readonly background: boolean;
  /** What is made of the reply, where the proxy says so. */
  readonly context?: object | undefined;
  /** What travels beside the arguments. */
  readonly metadata?: CallMetadata | undefined;
}

const NO_ARGUMENTS: readonly unknown[] = [];

/** What is known of a call of this end beside its slot: of one that waits, or claims, or that its caller may give up. */
export class OutboundCall {
  readonly target: CallTarget | undefined;
  readonly operation: number;
  readonly flags: number;
  readonly background: boolean;
  readonly context: object | undefined;
  readonly metadata: CallMetadata | undefined;
  /** The ticket of a call that is a CLAIM. */
  readonly ticket: Uint8Array | undefined;
  #args: readonly unknown[];
  #place: Place<number> | undefined;
  #unpin: (() => void) | undefined;
  #deadline: Deadline | undefined;
  #deadlines: Deadlines | undefined;
  #leaveSignal: (() => void) | undefined;
  /** Proxies in the reply that are still to be reached, and what that reply says became of the call. */
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
    this.ticket = ticket;
  }

  /** A CLAIM. */
  static claim(ticket: Uint8Array): OutboundCall {
    return new OutboundCall({ operation: 0, flags: 0, args: NO_ARGUMENTS, background: false }, ticket);
  }

  /** Of a call of which nothing had to be known before it was answered. */
  static answered(): OutboundCall {
    return new OutboundCall({ operation: 0, flags: 0, args: NO_ARGUMENTS, background: false });
  }

  get args(): readonly unknown[] {
    return this.#args;
  }

  /** What is called, in words for messages. */
  get name(): string {
    return this.target?.describe(this.operation) ?? 'a claim';
  }

  /** Whether nothing but a reply ends the wait of its caller. */
  get patient(): boolean {
    return this.#deadline === undefined && this.#leaveSignal === undefined;
  }

  /** Calls `late` or `aborted` when the time is up or the signal aborts, unless {@link OutboundCall.unwatch} came before. */
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

  /** The call is settled: nothing ends it any more. */
  unwatch(): void {
    if (this.#deadline) this.#deadlines?.delete(this.#deadline);
    this.#leaveSignal?.();
  }

  /** The call waits there, and holds what it is about: by its turn, nobody else may. */
  wait(place: Place<number>): void {
    this.#place = place;
    this.target?.addProxy();
    this.#unpin = pinProxies(this.#args);
  }

  /** The call has another place now. */
  waitAgain(place: Place<number>): void {
    this.#place = place;
  }

  /** Where the call waits, if it does. */
  get place(): Place<number> | undefined {
    return this.#place;
  }

  /** The call was sent, or never will be. */
  leave(): void {
    this.#args = NO_ARGUMENTS;
    if (this.#place === undefined) return;
    this.#place = undefined;
    this.target?.dropProxy();
    this.#unpin?.();
  }
}

/** What a call goes to. */
export interface CallTarget {
  /** The id of the object at the other end. */
  readonly id: number;
  /** What its operations are. */
  readonly exposure: Exposure;
  /** What the operation is called, for messages: `Counter.increment()`. */
  describe(operation: number): string;
  /** Holds the object while a call waits for its turn: its proxy may be gone by then. */
  addProxy(): void;
  dropProxy(): void;
}

/** Reads what has to be read before a call can be sent. What the call is about is held meanwhile, and `then` sends it. */
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
