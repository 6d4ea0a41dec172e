import { onAbort } from '../references/abort-listeners.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

/** The parts of a session that are used here. */
export interface Shareable {
  /** The identity of the peer's process. */
  readonly instance: string;
  /** Whether calls can be made. */
  readonly open: boolean;
  /** Resolves when the session has ended. */
  readonly ended: Promise<unknown>;
}

/** How long the client with the higher id waits for the session that its peer announced, in milliseconds. */
const COMING_MS = 1_000;

/**
 * The single session that this process shares with each other process, including those about to begin. When two processes connect
 * to each other at the same time, the connection of the one with the lower id stays:
 *
 * - A listener that has accepted a connection leaves it to the client whether a session begins there. Until the client has
 *   greeted or disconnected, the listener does not dial that process (`awaited`).
 * - A client with the lower id that has sent its response says so when the other process connects to it.
 */
export class SharedSessions<S extends Shareable> {
  readonly #own: string;
  readonly #standing = new Map<string, S>();
  /** Accepted sessions whose peers have not greeted yet. */
  readonly #awaited = new Map<string, Set<S>>();
  /** The number of this process's responses to each process that are unanswered. */
  readonly #dials = new Map<string, number>();
  /** Called on each change that concerns a process. */
  readonly #watchers = new Map<string, Set<() => void>>();

  /** @param own - The identity of this process. */
  constructor(own: string) {
    this.#own = own;
  }

  /** Returns the open session with a process. */
  get(instance: string): S | undefined {
    const session = this.#standing.get(instance);
    return session?.open ? session : undefined;
  }

  /** Makes a session the shared one. Returns the previous one, if it was another. */
  add(session: S): S | undefined {
    const { instance } = session;
    const before = this.get(instance);
    this.#standing.set(instance, session);
    this.#leave(this.#awaited, instance, session);
    void this.#forget(session);
    this.#changed(instance);
    return before === session ? undefined : before;
  }

  /** Adds an accepted session, which its peer may or may not use. */
  await(session: S): void {
    const { instance } = session;
    enter(this.#awaited, instance, session);
    void this.#forget(session);
  }

  /** Whether a session with a process is open or about to begin, so that a new connection only checks the key. */
  taken(instance: string): boolean {
    return this.get(instance) !== undefined || this.#awaited.has(instance);
  }

  /**
   * Returns the reply to a connecting client: whether a session is open, or about to begin because this process is dialling the
   * client. A client that only checks learns whether the session that it knows is also open here.
   */
  knows(instance: string, checks: boolean): boolean {
    if (this.get(instance) !== undefined) return true;
    return checks ? this.#awaited.has(instance) : this.#dials.has(instance) && this.#own < instance;
  }

  /** Records that a response was sent to a process. Returns a function to call when its outcome is known. */
  dials(instance: string): () => void {
    this.#dials.set(instance, (this.#dials.get(instance) ?? 0) + 1);
    return () => {
      const left = (this.#dials.get(instance) ?? 1) - 1;
      if (left > 0) this.#dials.set(instance, left);
      else this.#dials.delete(instance);
    };
  }

  /**
   * Resolves to the session with a process once it is open; to `undefined` if none is about to begin.
   *
   * @param promised - The peer says that there is a session, which it may only be dialling.
   * @throws the signal's reason when it aborts.
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

  /** Returns all sessions. */
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
