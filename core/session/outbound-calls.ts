import type { CallOptions, InternalCallOptions } from '../seam/call-options.ts';
import type { Executed } from '../seam/errors.ts';
import type { Limits } from '../seam/limits.ts';
import { rejectWithCallerStack, withCallerFrames } from '../values/remote-stack.ts';
import { CallTable } from './call-table.ts';
import type { CallTarget } from './call-target.ts';
import { FLAG_TIMEOUT, Kind } from './message.ts';
import type { Outbox } from './outbox.ts';
import { settleClaimed, settleNow, timedOut } from './settle-call.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

/** The error that ends calls for good, given what became of them. */
export type EndCause = (executed: Executed) => Error;

interface CallRequest {
  readonly target: CallTarget;
  readonly operation: number;
  readonly flags: number;
  readonly args: readonly unknown[];
  readonly background: boolean;
}

/** A call that waits for its turn, or whose caller may give it up. */
interface Handle {
  readonly request: CallRequest;
  readonly resolve: Settled;
  readonly reject: Settled;
  state: { at: 'waiting' } | { at: 'sent'; call: number } | { at: 'over' };
}

/** A ticket that waits for its turn. */
interface WaitingClaim {
  readonly ticket: Uint8Array;
  readonly resolve: Settled;
  readonly reject: Settled;
}

type Settled = (value: unknown) => void;

// A promise's executor runs at once, so one executor that leaves the two functions here serves every call: a closure
// per call would cost more than the rest of the bookkeeping.
const nothingTaken: Settled = () => undefined;
let takenResolve = nothingTaken;
let takenReject = nothingTaken;
function take(resolve: Settled, reject: Settled): void {
  takenResolve = resolve;
  takenReject = reject;
}
/** They lead to the promise, and so to a result that nothing else may hold any more. */
function forgetTaken(): void {
  takenResolve = takenReject = nothingTaken;
}

/**
 * The calls that this end makes: each ends exactly once, with a result, with the error that its method threw, or with an
 * error that says what became of it. Calls beyond `limits.maxCallsInFlight` wait here, in order, unencoded.
 */
export class OutboundCalls {
  readonly #outbox: Outbox;
  #maxInFlight: number;
  readonly #maxStrayReplies: number;
  #strayReplies = 0;
  readonly #keepAlive: (wanted: boolean) => void;
  readonly #table = new CallTable();
  #waiting: Handle[] = [];
  readonly #claims: WaitingClaim[] = [];
  /** How many calls under way keep the process alive, and which do not. */
  #wanted = 0;
  readonly #background = new Set<number>();
  #end: EndCause | undefined;

  constructor(outbox: Outbox, limits: Limits, keepAlive: (wanted: boolean) => void) {
    this.#outbox = outbox;
    this.#maxInFlight = limits.maxCallsInFlight;
    this.#maxStrayReplies = limits.maxStrayReplies;
    this.#keepAlive = keepAlive;
  }

  /** Calls sent and not answered, and calls waiting to be sent. */
  get size(): number {
    return this.#table.size + this.#waiting.length + this.#claims.length;
  }

  /** Whether somebody here waits for the reply to that call. */
  awaits(call: number): boolean {
    return this.#table.isPending(call);
  }

  /** Makes a call. */
  call(
    target: CallTarget,
    operation: number,
    flags: number,
    args: readonly unknown[],
    options: InternalCallOptions | undefined,
  ): Promise<unknown> {
    if (options === undefined && this.#end === undefined && this.#hasRoom()) {
      const promise = new Promise(take);
      this.#send(target, operation, flags, args, takenResolve, takenReject);
      forgetTaken();
      return promise;
    }
    return this.#callWithHandle({ target, operation, flags, args, background: options?.background ?? false }, options);
  }

  /** Brings a ticket, for the reference that it stands for. */
  claim(ticket: Uint8Array): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end('no'));
    const promise = new Promise(take);
    const claim = { ticket, resolve: takenResolve, reject: takenReject };
    forgetTaken();
    if (this.#table.size < this.#maxInFlight) this.#sendClaim(claim);
    else this.#claims.push(claim);
    return promise;
  }

  /**
   * The reply to a call came; the proxies in it can be used once `claims` has settled.
   *
   * @returns `false` when too many replies came to calls that nobody made.
   */
  settle(call: number, kind: number, value: unknown, claims: Promise<unknown> | undefined): boolean {
    if (!this.#table.isOpen(call)) return ++this.#strayReplies <= this.#maxStrayReplies;
    const settle = this.#table.close(call);
    if (settle) {
      this.#unwant(call);
      if (claims) void settleClaimed(settle, kind, value, claims);
      else settleNow(settle, kind, value);
    }
    this.#sendWaiting();
    return true;
  }

  /** The peer bears so many calls at a time, if that is fewer than this end allows itself. */
  bound(maxInFlight: number): void {
    this.#maxInFlight = Math.min(this.#maxInFlight, maxInFlight);
  }

  /** The connection is gone and the reason is being looked for: calls wait for {@link OutboundCalls.end}. */
  suspend(): void {
    this.#maxInFlight = 0;
  }

  /** The session ended: every call rejects, and so does every later one. */
  end(cause: EndCause): void {
    this.#end = cause;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const reject of this.#table.clear()) reject(cause('maybe'));
    for (const handle of waiting) {
      handle.state = { at: 'over' };
      handle.request.target.dropProxy();
      handle.reject(cause('no'));
    }
    for (const { reject } of this.#claims.splice(0)) reject(cause('no'));
    this.#wanted = 0;
    this.#background.clear();
  }

  /** Claims first: whole calls wait for them. */
  #sendWaiting(): void {
    while (this.#table.size < this.#maxInFlight) {
      const claim = this.#claims.shift();
      const handle = claim ? undefined : this.#waiting.shift();
      if (claim) this.#sendClaim(claim);
      else if (handle) this.#sendWaitingHandle(handle);
      else return;
    }
  }

  #sendClaim({ ticket, resolve, reject }: WaitingClaim): void {
    this.#want();
    this.#outbox.claim(this.#table.open(resolve, reject), ticket);
  }

  #hasRoom(): boolean {
    return this.#table.size < this.#maxInFlight && this.#waiting.length === 0;
  }

  #want(): void {
    this.#wanted++;
    if (this.#wanted === 1) this.#keepAlive(true);
  }

  #unwant(call: number): void {
    if (this.#background.delete(call)) return;
    this.#wanted--;
    if (this.#wanted === 0) this.#keepAlive(false);
  }

  #send(
    target: CallTarget,
    operation: number,
    flags: number,
    args: readonly unknown[],
    resolve: Settled,
    reject: Settled,
  ): number | undefined {
    const call = this.#table.open(resolve, reject);
    try {
      const parts = flags === 0 ? this.#outbox.parts.arguments(args, target.exposure, operation) : args;
      this.#outbox.call(call, target.id, operation, flags, parts);
    } catch (error) {
      this.#table.close(call);
      reject(withCallerFrames(error));
      return undefined;
    }
    this.#want();
    return call;
  }

  #sendWaitingHandle(handle: Handle): void {
    this.#sendHandle(handle);
    handle.request.target.dropProxy();
  }

  #sendHandle(handle: Handle): void {
    const { target, operation, flags, args, background } = handle.request;
    const call = this.#send(target, operation, flags, args, handle.resolve, handle.reject);
    handle.state = call === undefined ? { at: 'over' } : { at: 'sent', call };
    if (call === undefined || !background) return;
    this.#unwant(call);
    this.#background.add(call);
  }

  #callWithHandle(request: CallRequest, options: CallOptions | undefined): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end('no'));
    const { timeout, signal } = options ?? {};
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (timeout !== undefined && timeout <= 0)
      return Promise.reject(timedOut(request.target.describe(request.operation), timeout, 'no'));
    return new Promise((resolve, reject) => {
      const over = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const handle: Handle = {
        request,
        resolve: (value) => {
          over();
          resolve(value);
        },
        reject: (error) => {
          over();
          reject(error);
        },
        state: { at: 'waiting' },
      };
      const onAbort = (): void => this.#giveUp(handle, () => signal?.reason, 0, signal?.reason);
      const onTimeout = (): void =>
        this.#giveUp(
          handle,
          (executed) => timedOut(request.target.describe(request.operation), timeout, executed),
          FLAG_TIMEOUT,
          undefined,
        );
      const timer = timeout === undefined ? undefined : setTimeout(onTimeout, timeout);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (this.#hasRoom()) {
        this.#sendHandle(handle);
        return;
      }
      request.target.addProxy();
      this.#waiting.push(handle);
    });
  }

  #giveUp(handle: Handle, error: (executed: Executed) => unknown, flags: number, reason: unknown): void {
    if (handle.state.at === 'sent') {
      const { call } = handle.state;
      if (this.#table.abandon(call) === undefined) return;
      this.#sendCancel(call, flags, reason);
      this.#unwant(call);
      rejectWithCallerStack(handle.resolve, error('maybe'));
    } else if (handle.state.at === 'waiting') {
      this.#waiting = this.#waiting.filter((other) => other !== handle);
      handle.request.target.dropProxy();
      rejectWithCallerStack(handle.resolve, error('no'));
    }
    handle.state = { at: 'over' };
  }

  #sendCancel(call: number, flags: number, reason: unknown): void {
    try {
      this.#outbox.reply(Kind.CANCEL, call, reason, flags);
    } catch {
      // A reason that cannot be sent still has to cancel: the other end then aborts with the standard reason.
      this.#outbox.reply(Kind.CANCEL, call, undefined, flags);
    }
  }
}
