import type { CallOptions } from '../seam/call-options.ts';
import { onAbort } from './abort-listeners.ts';
import { ActorUnreachableError, TimeoutError, UActorError } from '../seam/errors.ts';
import { withLess } from './waiting.ts';
import { dropNow, type Share, type Reference, type Renewal, type Use, RemoteReference } from './reference.ts';
import { clearTimeout, performance, setTimeout } from '../seam/environment.ts';

/** A call that waits for the connection. */
interface Waiting {
  readonly share: Share;
  readonly begin: (reference: Reference) => void;
  readonly fail: (error: unknown) => void;
}

/** Events of the connection that the proxies of one `connect` share. */
export type ReconnectEvent =
  /** A call is made, and the connection is open. */
  | 'call'
  /** A call is made, and the connection is lost. */
  | 'call after loss'
  | 'connected'
  | 'failed'
  /** A waiting call's deadline passed or its signal aborted. */
  | 'given up'
  /** The last proxy was released, and no call waits. */
  | 'abandoned';

/** The state: no attempt in progress, an attempt in progress, or no proxy left. */
export type ReconnectState = 'standing' | 'connecting' | 'over';

/** The legal transitions. Any other is a fault of this library. */
export const RECONNECT_EDGES: Readonly<
  Record<ReconnectState, Readonly<Partial<Record<ReconnectEvent, ReconnectState>>>>
> = {
  standing: { call: 'standing', 'call after loss': 'connecting', abandoned: 'over' },
  connecting: {
    call: 'connecting',
    'call after loss': 'connecting',
    'given up': 'connecting',
    connected: 'standing',
    failed: 'standing',
    abandoned: 'over',
  },
  // The outcome of an attempt that is no longer wanted.
  over: { connected: 'over', failed: 'over' },
};

/** Returns the state after an event. @throws {@link UActorError} `INVALID_STATE` for an illegal transition. */
export function afterEvent(state: ReconnectState, event: ReconnectEvent): ReconnectState {
  const next = RECONNECT_EDGES[state][event];
  if (next !== undefined) return next;
  throw new UActorError(`a connection that is '${state}' cannot be '${event}': this is an error in the library`);
}

/**
 * Lets the proxies from one `connect`, and their clones from `callOptions`, go on after their connection was lost: the next call
 * of any of them reconnects, once for all. Only calls that were never sent are made over the new connection; those in progress
 * were rejected.
 */
export class Reconnect implements Renewal {
  readonly #connect: (lost: RemoteReference, signal: AbortSignal) => Promise<Share>;
  readonly #abandoned: () => void;
  readonly #awaited: (reference: Reference, timeoutMs: number) => string;
  readonly #leaves: ((error: unknown) => boolean) | undefined;
  readonly #shares = new Set<Share>();
  /** In the order in which the calls were made. */
  readonly #waiting = new Set<Waiting>();
  #state: ReconnectState = 'standing';
  #attempt: AbortController | undefined;

  /**
   * @param connect - Reconnects to the actor, and resolves to a share in a reference to it. The signal aborts when the outcome is
   * no longer wanted.
   * @param abandoned - Called when the last proxy was released.
   * @param awaited - Returns the message of a {@link TimeoutError} after this many milliseconds.
   * @param leaves - Whether a call rejected because the actor is about to end and did not start it: such a call is made again over the next
   * connection. Default: none is.
   */
  constructor(
    connect: (lost: RemoteReference, signal: AbortSignal) => Promise<Share>,
    abandoned: () => void = () => undefined,
    awaited: (reference: Reference, timeoutMs: number) => string = notConnected,
    leaves?: (error: unknown) => boolean,
  ) {
    this.#connect = connect;
    this.#abandoned = abandoned;
    this.#awaited = awaited;
    this.#leaves = leaves;
  }

  /** The present state. */
  get state(): ReconnectState {
    return this.#state;
  }

  join(share: Share): void {
    this.#shares.add(share);
  }

  leave(share: Share): void {
    this.#shares.delete(share);
    this.#endIfUnwanted();
  }

  /** Sets the reference of the actor, before any call needs it. */
  follow(reference: Reference): void {
    if (this.#state !== 'standing') return;
    for (const share of this.#shares) share.replace(reference);
  }

  call(share: Share, reference: Reference, use: Use): Promise<unknown> {
    if (this.#state === 'standing' && stands(reference)) return this.#make(share, reference, use, share.options);
    return this.#wait(share, reference, use, share.options);
  }

  /** Makes a call now, and again if the actor ended without beginning it. */
  #make(share: Share, reference: Reference, use: Use, options: CallOptions | undefined): Promise<unknown> {
    const leaves = this.#leaves;
    const outcome = use(reference, options);
    if (leaves === undefined) return outcome;
    const startedAt = performance.now();
    return outcome.catch((error: unknown) => {
      if (!leaves(error) || this.#state === 'over') throw error;
      const left = withLess(options, performance.now() - startedAt);
      const present = share.reference ?? reference;
      // Another call, or the followed name, has found the next connection meanwhile.
      const moved = this.#state === 'standing' && present !== reference && stands(present);
      return moved ? this.#make(share, present, use, left) : this.#wait(share, reference, use, left);
    });
  }

  /** Makes a call over the next connection. */
  #wait(share: Share, reference: Reference, use: Use, options: CallOptions | undefined): Promise<unknown> {
    const { timeout, signal } = options ?? {};
    if (signal?.aborted) return Promise.reject(signal.reason);
    const late = (ms: number): TimeoutError => new TimeoutError(this.#awaited(reference, ms), { executed: 'no' });
    if (timeout !== undefined && timeout <= 0) return Promise.reject(late(share.options?.timeout ?? timeout));
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      const over = (): void => {
        clearTimeout(timer);
        leaveSignal?.();
      };
      const giveUp = (error: unknown): void => {
        if (!this.#waiting.delete(call)) return;
        over();
        reject(error);
        this.#go('given up');
        this.#endIfUnwanted();
      };
      const timer = timeout === undefined ? undefined : setTimeout(() => giveUp(late(timeout)), timeout);
      const leaveSignal = signal && onAbort(signal, () => giveUp(signal.reason));
      const call: Waiting = {
        share,
        begin: (renewed) => {
          over();
          this.#make(share, renewed, use, withLess(options, performance.now() - startedAt)).then(resolve, reject);
        },
        fail: (error) => {
          over();
          reject(error);
        },
      };
      // New calls wait behind waiting ones, so that all start in the order in which they were made.
      this.#waiting.add(call);
      const connecting = this.#state === 'connecting';
      this.#go(connecting && stands(reference) ? 'call' : 'call after loss');
      if (!connecting && reference instanceof RemoteReference) void this.#renew(reference);
    });
  }

  async #renew(lost: RemoteReference): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    const outcome = await this.#connect(lost, attempt.signal).catch((error: unknown) => ({ error }));
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    if ('error' in outcome) {
      this.#go('failed');
      for (const { fail } of waiting) fail(unsent(outcome.error));
    } else {
      this.#go('connected');
      const { reference } = outcome;
      if (reference === undefined) {
        for (const { fail } of waiting)
          fail(new ActorUnreachableError('the actor ended during the connection attempt'));
      } else {
        for (const share of this.#shares) share.replace(reference);
        for (const { begin } of waiting) begin(reference);
      }
      dropNow(outcome);
    }
    this.#endIfUnwanted();
  }

  #go(event: ReconnectEvent): void {
    this.#state = afterEvent(this.#state, event);
  }

  #endIfUnwanted(): void {
    if (this.#state === 'over' || this.#shares.size > 0 || this.#waiting.size > 0) return;
    this.#go('abandoned');
    this.#attempt?.abort(new ActorUnreachableError('no call waits for the connection any more'));
    this.#abandoned();
  }
}

/** Whether the connection allows calls. */
function stands(reference: Reference): boolean {
  return !(reference instanceof RemoteReference) || reference.session.open;
}

function notConnected({ address }: Reference, timeoutMs: number): string {
  return `the connection to ${address ?? 'the actor'} was lost, and could not be re-established within ${timeoutMs} ms`;
}

/** Marks the error of a call as never sent, whatever the outcome of the attempt. */
function unsent(error: unknown): unknown {
  if (!(error instanceof UActorError) || error.executed === 'no') return error;
  return new ActorUnreachableError(`the connection was lost, and reconnecting failed: ${error.message}`, {
    cause: error,
  });
}
