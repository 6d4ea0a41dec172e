import { onAbort } from '../references/abort-listeners.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

/** What a session is here: one that may become the one that two processes share. */
export interface Shareable {
  /** The identity of the peer's process. */
  readonly instance: string;
  /** Whether calls can be made. */
  readonly open: boolean;
  /** Resolves when the session is over. */
  readonly ended: Promise<unknown>;
}

/** How long a client with the higher id waits for the session that the other end says there is, in milliseconds. */
const COMING_MS = 1_000;

/**
 * The one session that this process shares with each other one, and those that are about to become it. When two processes
 * dial each other at the same time, the connection of the one with the lower id stays:
 *
 * - a listener that has accepted a client's connection leaves it to that client whether a session begins there, so it
 *   dials that process no more until the client has greeted or gone (`awaited`);
 * - a client that has sent its claim, and has the lower id, tells the other end so when that one comes as a client itself.
 */
export class SharedSessions<S extends Shareable> {
  readonly #own: string;
  readonly #standing = new Map<string, S>();
  /** Accepted sessions whose peers have not greeted yet. */
  readonly #awaited = new Map<string, Set<S>>();
  /** How many claims of this process to that one are not answered. */
  readonly #dials = new Map<string, number>();
  /** Told of each change that concerns a process. */
  readonly #watchers = new Map<string, Set<() => void>>();

  /** @param own - The identity of this process. */
  constructor(own: string) {
    this.#own = own;
  }

  /** The session that stands with a process. */
  get(instance: string): S | undefined {
    const session = this.#standing.get(instance);
    return session?.open ? session : undefined;
  }

  /** Makes a session the shared one, and returns the one that stood so far, if another did. */
  add(session: S): S | undefined {
    const { instance } = session;
    const before = this.get(instance);
    this.#standing.set(instance, session);
    this.#leave(this.#awaited, instance, session);
    void this.#forget(session);
    this.#changed(instance);
    return before === session ? undefined : before;
  }

  /** A session was accepted, which its peer may begin to use or not. */
  await(session: S): void {
    const { instance } = session;
    enter(this.#awaited, instance, session);
    void this.#forget(session);
  }

  /** Whether a session with a process stands or is about to, so that a new connection is for checking alone. */
  taken(instance: string): boolean {
    return this.get(instance) !== undefined || this.#awaited.has(instance);
  }

  /**
   * What a client of that process is told: that a session stands, or is about to because this process dials that one. A client
   * that only checks is told whether the session that it knows of stands here as well.
   */
  knows(instance: string, checks: boolean): boolean {
    if (this.get(instance) !== undefined) return true;
    return checks ? this.#awaited.has(instance) : this.#dials.has(instance) && this.#own < instance;
  }

  /** A claim was sent to a process. Returns what says that its outcome is known. */
  dials(instance: string): () => void {
    this.#dials.set(instance, (this.#dials.get(instance) ?? 0) + 1);
    return () => {
      const left = (this.#dials.get(instance) ?? 1) - 1;
      if (left > 0) this.#dials.set(instance, left);
      else this.#dials.delete(instance);
    };
  }

  /**
   * The session with a process when it stands; `undefined` when none is about to.
   *
   * @param promised - The other end says that there is one, which it may be dialing for.
   * @throws the reason of the signal when that aborts.
   */
  async soon(instance: string, promised: boolean, signal: AbortSignal): Promise<S | undefined> {
    let coming = promised && instance < this.#own;
    const timer = setTimeout(() => {
      coming = false;
      this.#changed(instance);
    }, COMING_MS);
    timer.unref();
    try {
      for (;;) {
        signal.throwIfAborted();
        const session = this.get(instance);
        if (session !== undefined || !(coming || this.#awaited.has(instance))) return session;
        await this.#change(instance, signal);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Every session that stands. */
  values(): IterableIterator<S> {
    return this.#standing.values();
  }

  #change(instance: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const changed = (): void => {
        leaveSignal();
        this.#leave(this.#watchers, instance, changed);
        resolve();
      };
      const leaveSignal = onAbort(signal, changed);
      enter(this.#watchers, instance, changed);
    });
  }

  async #forget(session: S): Promise<void> {
    await session.ended;
    const { instance } = session;
    if (this.#standing.get(instance) === session) this.#standing.delete(instance);
    this.#leave(this.#awaited, instance, session);
    this.#changed(instance);
  }

  #changed(instance: string): void {
    for (const changed of this.#watchers.get(instance) ?? []) changed();
  }

  #leave<T>(map: Map<string, Set<T>>, instance: string, member: T): void {
    const members = map.get(instance);
    if (members?.delete(member) && members.size === 0) map.delete(instance);
  }
}

function enter<T>(map: Map<string, Set<T>>, instance: string, member: T): void {
  const members = map.get(instance);
  if (members === undefined) map.set(instance, new Set([member]));
  else members.add(member);
}
