import { exposeActor, type Declaration } from '../../declaration/declaration.ts';
import { shownText } from '../../values/error-text.ts';
import { Runtime } from '../../runtime/runtime.ts';
import type { ObjectEntry } from '../../references/object-table.ts';
import type { Farewell } from '../../session/session-terms.ts';
import type { Session } from '../../session/session.ts';
import type { Listener } from '../../seam/transport.ts';
import { mergeEndpoints } from '../../references/exposure.ts';
import { ActorListener, type ListenerPlan } from './actor-listener.ts';
import { withDeadline } from '../../references/waiting.ts';
import { ownedProcess } from '../../proxy/owned.ts';
import type { ExportedClass } from '../../declaration/find-class.ts';
import { delay, process } from '../../seam/environment.ts';

/** How long the last messages may take to leave, in milliseconds. */
export const FAREWELL_MS = 500;

/** How often to check whether the calls in progress have ended, in milliseconds. */
const LOOK_MS = 10;

/** The maximum length of the error sent to peers when it ends the process, in UTF-16 units. */
const MAX_CAUSE_LENGTH = 500;

/** The addresses of an actor. */
export interface Places {
  readonly addresses: readonly string[];
  /** The addresses that peers receive instead of the ones in use, if any. */
  readonly advertise: readonly string[];
  /** Inherited listening descriptors, one for each address, if any. */
  readonly fds?: readonly number[];
}

/**
 * An actor in its process, from the first listener to the last message. The same for a process started for the actor and a
 * process that serves it besides other work.
 */
export class ActorLife {
  /** Sessions that peers opened. */
  readonly sessions: Set<Session> = new Set();
  /** Resolves when the actor is constructed; never if that fails. */
  readonly ready: Promise<ObjectEntry>;
  readonly #callers: () => Iterable<Session>;
  readonly #listeners: ActorListener[] = [];
  #built: (entry: ObjectEntry) => void = () => undefined;
  #entry: ObjectEntry | undefined;
  #hook: Promise<void> | undefined;

  /** @param callers - Returns the sessions whose calls the actor finishes, and which it ends. Default: accepted sessions. */
  constructor(callers?: () => Iterable<Session>) {
    this.#callers = callers ?? (() => this.sessions);
    this.ready = new Promise((resolve) => {
      this.#built = resolve;
    });
  }

  /** The actor's entry in the object table, once it exists. */
  get entry(): ObjectEntry | undefined {
    return this.#entry;
  }

  /** Whether a call of another process is in progress. */
  get busy(): boolean {
    return [...this.#callers()].some((session) => session.load.running > 0);
  }

  /** Whether the `shutdown` hook has begun. */
  get hookBegun(): boolean {
    return this.#hook !== undefined;
  }

  add(session: Session): void {
    this.sessions.add(session);
    void session.ended.then(() => this.sessions.delete(session));
  }

  /**
   * Listens for peers.
   *
   * @param fd - An inherited listening descriptor to use instead.
   */
  async #listen(plan: Omit<ListenerPlan, 'accepted'>, address: string, fd?: number): Promise<Listener> {
    const listener = new ActorListener({ ...plan, accepted: (session) => this.add(session) });
    this.#listeners.push(listener);
    return await listener.listen(address, plan.runtime.transport, fd);
  }

  /**
   * Listens at several addresses, and publishes them.
   *
   * @returns the addresses in use, with ports filled in.
   */
  async listenOn(plan: Omit<ListenerPlan, 'accepted'>, places: Places): Promise<readonly string[]> {
    const { addresses, advertise, fds = [] } = places;
    const inUse: string[] = [];
    const endpoints: string[] = [];
    for (const [index, address] of addresses.entries()) {
      const listener = await this.#listen(plan, address, fds[index]);
      inUse.push(listener.address);
      endpoints.push(...(listener.endpoints ?? [listener.address]));
    }
    plan.runtime.endpoints = mergeEndpoints(advertise.length > 0 ? advertise : endpoints, []);
    return inUse;
  }

  /** Accepts no more connections; sessions continue. */
  async closeListeners(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  /** Constructs the actor, and waits for its `init()`. */
  async construct(actorClass: ExportedClass, declaration: Declaration, args: readonly unknown[]): Promise<ObjectEntry> {
    const actor = new actorClass(...args);
    if ('init' in actor && typeof actor.init === 'function') await actor.init();
    this.#entry = Runtime.current.objects.enter(actor, exposeActor(actor, declaration));
    this.#built(this.#entry);
    return this.#entry;
  }

  /** Runs the actor's `shutdown` hook, once. */
  runHook(): Promise<void> {
    this.#hook ??= this.#callHook();
    return this.#hook;
  }

  /** Resolves when no method works for a peer any more, or when `wanted` returns false. */
  async finishCalls(wanted: () => boolean): Promise<void> {
    while (wanted() && [...this.#callers()].some((session) => session.load.working)) {
      await delay(LOOK_MS);
    }
  }

  /**
   * Sends each session's last messages and ends it. Resolves when all have ended.
   *
   * @param graceOf - How long each may take, in milliseconds. Default half a second.
   */
  async endSessions(farewell: Farewell, graceOf: (session: Session) => number = () => FAREWELL_MS): Promise<void> {
    // Sessions with actors that this process owns end with their processes.
    const sessions = [...this.#callers()].filter((session) => ownedProcess(session) === undefined);
    const leaving = sessions.map(async (session) => {
      const graceMs = graceOf(session);
      session.end(farewell, graceMs);
      await withDeadline(session.ended, graceMs);
    });
    await Promise.all(leaving);
  }

  async #callHook(): Promise<void> {
    const actor = this.#entry?.object;
    if (actor && 'shutdown' in actor && typeof actor.shutdown === 'function') await actor.shutdown();
  }
}

/** Returns a thrown value as a line that fits into a message. */
export function inShort(thrown: unknown): string {
  return shownText(thrown, 'a value that cannot be shown was thrown').slice(0, MAX_CAUSE_LENGTH);
}

/** Reports that the `shutdown` hook failed, if no caller waits for it. */
export function reportHookError(error: unknown): void {
  process.emitWarning(`The shutdown hook of the actor failed: ${inShort(error)}`, {
    type: 'UActorWarning',
    code: 'UACTOR_SHUTDOWN_HOOK',
  });
}

/** Shuts down the actors that this process owns, and resolves when their processes have ended. */
export async function endOwnActors(): Promise<void> {
  const owned = [...Runtime.current.sessions]
    .map((session) => ownedProcess(session))
    .filter((one) => one !== undefined);
  await Promise.all(owned.map((actorProcess) => actorProcess.stop().catch(reportHookError)));
}
