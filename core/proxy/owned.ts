import type { ReferenceSession } from '../references/remote-reference.ts';
import type { BaseProxy } from './base-proxy.ts';

/** A process that this one started and owns, as its proxies know it. */
export interface OwnedActorProcess {
  readonly session: ReferenceSession;
  /** The process id; `undefined` when the process could not be started. */
  readonly pid: number | undefined;
  /** Resolves when the process has ended. */
  readonly exit: Promise<unknown>;
  /** Runs the actor's hook and ends the process. */
  stop(): Promise<void>;
  /** Ends the process at once. */
  kill(): Promise<void>;
}

const processes = new WeakMap<ReferenceSession, OwnedActorProcess>();

/** Which process a proxy has power over, and whether its disposal ends it. */
interface Ownership {
  readonly process: OwnedActorProcess;
  readonly endsOnDisposal: boolean;
}

const ownerships = new WeakMap<BaseProxy, Ownership>();

/** Remembers that this process owns the one at the other end of `session`. */
export function own(session: ReferenceSession, actorProcess: OwnedActorProcess): void {
  processes.set(session, actorProcess);
}

/** The process at the other end of `session`, if this one owns it. */
export function ownedProcess(session: ReferenceSession): OwnedActorProcess | undefined {
  return processes.get(session);
}

/**
 * Makes `proxy`, which `spawn` is about to give, the owner of its actor's process. Another proxy of the same actor, however it
 * came to this process, is none.
 *
 * @param endsOnDisposal - Whether the disposal of the proxy ends the process, too.
 */
export function giveOwnership(proxy: BaseProxy, actorProcess: OwnedActorProcess, endsOnDisposal = true): void {
  ownerships.set(proxy, { process: actorProcess, endsOnDisposal });
}

/** Lets a clone of an owner shut the actor down by name, while its disposal gives back the clone alone. */
export function shareOwnership(from: BaseProxy, clone: BaseProxy): void {
  const ownership = ownerships.get(from);
  if (ownership) ownerships.set(clone, { ...ownership, endsOnDisposal: false });
}

/** The process that `proxy` owns, if any. */
export function processOf(proxy: BaseProxy): OwnedActorProcess | undefined {
  return ownerships.get(proxy)?.process;
}

/** The process that the disposal of `proxy` ends, if any. */
export function processEndedBy(proxy: BaseProxy): OwnedActorProcess | undefined {
  const ownership = ownerships.get(proxy);
  return ownership?.endsOnDisposal ? ownership.process : undefined;
}
