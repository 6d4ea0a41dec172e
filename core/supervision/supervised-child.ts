import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { proxyShare, proxyReference, withShare } from '../proxy/base-proxy.ts';
import { giveOwnership, type OwnedActorProcess, processOf } from '../proxy/owned.ts';
import { Reconnect } from '../references/reconnect.ts';
import { dropNow, Share, type RemoteReference } from '../references/reference.ts';
import { sameExposure } from '../references/exposure.ts';
import { ActorDiedError, ActorUnreachableError, ProxyError } from '../seam/errors.ts';

/** How one incarnation of a supervised actor ended. */
export interface IncarnationEnd {
  /** The error with which its calls rejected, or with which it failed to start. */
  readonly error: Error;
  /** Whether the process exited by itself with code 0. */
  readonly orderly: boolean;
}

/** The parts of its supervisor that a child uses. */
export interface ChildContext {
  /** The class's name. */
  readonly name: string;
  /** Starts an incarnation. */
  spawn(): Promise<ActorProxy>;
  /** Called when the incarnation ended without being shut down. */
  ended(end: IncarnationEnd): void;
  /** Shuts the supervisor and its children down. */
  stop(): Promise<void>;
  /** Kills the supervisor's children. */
  kill(): Promise<void>;
  /** Called when the stable proxy was released. */
  released(): void;
  /** Called when a caller starts to wait for the next incarnation: the process must stay alive until then. */
  awaited(): void;
}

/** A caller that waits for the next incarnation. */
interface Waiting {
  readonly resolve: (actor: ActorProxy) => void;
  readonly reject: (error: unknown) => void;
}

type State =
  | { readonly is: 'absent' }
  | { readonly is: 'starting'; readonly outcome: Promise<ActorProxy> }
  | { readonly is: 'running'; readonly actor: ActorProxy; readonly process: OwnedActorProcess }
  | { readonly is: 'over'; readonly error: Error };

/** One supervised actor: its present incarnation and its stable proxy. */
export class SupervisedChild {
  readonly #context: ChildContext;
  #state: State = { is: 'absent' };
  readonly #waiting = new Set<Waiting>();
  readonly #reconnect: Reconnect = new Reconnect(
    (lost, signal) => this.#next(lost, signal),
    () => this.#context.released(),
    (_lost, ms) =>
      `${this.#context.name} ended and is being restarted by its supervisor; it was not ready within ${ms} ms, so the call was not ` +
      'sent: use a timeout longer than a restart, or find out why it ends',
  );
  #proxy: ActorProxy | undefined;

  constructor(context: ChildContext) {
    this.#context = context;
  }

  /** Whether a caller waits for the next incarnation. */
  get awaited(): boolean {
    return this.#waiting.size > 0;
  }

  /** Whether the supervisor has given up on the child. */
  get over(): boolean {
    return this.#state.is === 'over';
  }

  /** Starts an incarnation. If it does not start, rejects, and the child is absent again. */
  async start(): Promise<void> {
    const outcome = this.#context.spawn();
    const starting: State = { is: 'starting', outcome };
    this.#state = starting;
    let actor: ActorProxy;
    try {
      actor = await outcome;
    } catch (error) {
      if (this.#state === starting) this.#state = { is: 'absent' };
      throw error;
    }
    // The child was stopped while it was starting; stop() ends the incarnation.
    if (this.#state !== starting) return;
    const process = processOf(actor);
    if (process === undefined) throw new ProxyError('spawn() returned a proxy that does not own its actor');
    this.#state = { is: 'running', actor, process };
    void this.#watch(actor, process);
    // A process that passes on the stable proxy names this incarnation, even if no call was made.
    this.#reconnect.follow(proxyReference(actor));
    for (const { resolve } of this.#takeWaiting()) resolve(actor);
  }

  /** Shuts the present incarnation down. Calls wait for the next one. */
  async stop(): Promise<void> {
    const state = this.#state;
    if (state.is !== 'starting' && state.is !== 'running') return;
    this.#state = { is: 'absent' };
    if (state.is === 'running') await state.process.stop();
    else
      await state.outcome.then(
        (actor) => actor.shutdown(),
        () => undefined,
      );
  }

  /** Kills the present incarnation. */
  async kill(): Promise<void> {
    const state = this.#state;
    if (state.is !== 'running') return await this.stop();
    this.#state = { is: 'absent' };
    await state.process.kill();
  }

  /** Releases the supervisor's reference: the present incarnation lives as long as other processes hold it. */
  async letGo(): Promise<void> {
    const state = this.#state;
    this.#state = { is: 'absent' };
    if (state.is === 'running') dropNow(proxyShare(state.actor));
    if (state.is !== 'starting') return;
    await state.outcome.then(
      (actor) => dropNow(proxyShare(actor)),
      () => undefined,
    );
  }

  /** Ends the child for good: calls reject with `error`. */
  giveUp(error: Error): void {
    if (this.#state.is === 'over') return;
    this.#state = { is: 'over', error };
    for (const { reject } of this.#takeWaiting()) reject(error);
  }

  /** The stable proxy, created from the first incarnation. */
  get proxy(): ActorProxy {
    if (this.#proxy) return this.#proxy;
    if (this.#state.is !== 'running') throw new ProxyError('a supervised actor has no proxy before it runs');
    const { actor } = this.#state;
    const share = new Share(proxyReference(actor));
    share.renewBy(this.#reconnect);
    this.#proxy = withShare(actor, share);
    giveOwnership(this.#proxy, this.#ownership(this.#state.process));
    return this.#proxy;
  }

  /** Makes shutdown of the stable proxy end the supervisor. */
  #ownership(first: OwnedActorProcess): OwnedActorProcess {
    const present = (): OwnedActorProcess => (this.#state.is === 'running' ? this.#state.process : first);
    return {
      get session() {
        return present().session;
      },
      get pid() {
        return present().pid;
      },
      get exit() {
        return present().exit;
      },
      stop: () => this.#context.stop(),
      kill: () => this.#context.kill(),
    };
  }

  /** Resolves to a share in the reference to the incarnation after `lost`. */
  async #next(lost: RemoteReference, signal: AbortSignal): Promise<Share> {
    const state = this.#state;
    const actor = state.is === 'running' && state.process.session.open ? state.actor : await this.#nextActor(signal);
    const reference = proxyReference(actor);
    if (!sameExposure(reference.exposure, lost.exposure)) {
      throw new ProxyError(
        'the actor has other members since its restart, because its module changed: supervise() it again',
        { code: 'WRONG_ACTOR' },
      );
    }
    return new Share(reference);
  }

  #nextActor(signal: AbortSignal): Promise<ActorProxy> {
    if (this.#state.is === 'over') return Promise.reject(this.#state.error);
    this.#context.awaited();
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { resolve, reject };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', () => {
        if (this.#waiting.delete(waiting)) reject(signal.reason);
      });
    });
  }

  #takeWaiting(): readonly Waiting[] {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    return waiting;
  }

  async #watch(actor: ActorProxy, process: OwnedActorProcess): Promise<void> {
    const error = (await process.session.ended)('no');
    await process.exit;
    dropNow(proxyShare(actor));
    if (this.#state.is !== 'running' || this.#state.actor !== actor) return;
    this.#state = { is: 'absent' };
    const orderly = error instanceof ActorDiedError && error.exitCode === 0;
    this.#context.ended({ error, orderly });
  }
}

/** Returns the error with which calls reject when the child will not be restarted. */
export function supervisionOver(name: string): Error {
  return new ActorUnreachableError(`${name} is no longer supervised: its supervisor was shut down`, {
    executed: 'no',
  });
}
