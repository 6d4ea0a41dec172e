import type { ReferenceSession } from '../references/reference.ts';
import type { BaseProxy } from './base-proxy.ts';

/** A process that this process started and owns, as its proxies know it. */
export interface OwnedActorProcess {
  readonly session: ReferenceSession;
  /** The process id; `undefined` when the process could not be started. */
  readonly pid: number | undefined;
  /** Resolves when the process has ended. */
  readonly exit: Promise<unknown>;
  /** Runs the actor's hook and ends the process. */
  stop(): Promise<void>;
  /** Kills the process. */
  kill(): Promise<void>;
}

const processes = new WeakMap<ReferenceSession, OwnedActorProcess>();

/** The process that a proxy owns, and whether disposing of the proxy ends it. */
interface Ownership {
  readonly process: OwnedActorProcess;
  readonly endsOnDisposal: boolean;
}

const ownerships = new WeakMap<BaseProxy, Ownership>();

/** Records that this process owns the process at the other end of `session`. */
export function own(session: ReferenceSession, actorProcess: OwnedActorProcess): void {
  processes.set(session, actorProcess);
}

/** Returns the process at the other end of `session`, if this process owns it. */
export function ownedProcess(session: ReferenceSession): OwnedActorProcess | undefined {
  return processes.get(session);
}

/**
 * Makes `proxy`, which `spawn` will return, the owner of its actor's process. Other proxies of the actor, however they came to
 * this process, are not owners.
 *
 * @param endsOnDisposal - Whether disposing of the proxy also ends the process.
 */
export function giveOwnership(proxy: BaseProxy, actorProcess: OwnedActorProcess, endsOnDisposal = true): void {
  ownerships.set(proxy, { process: actorProcess, endsOnDisposal });
}

/** Lets a clone of an owner shut the actor down explicitly, while disposing of the clone only releases the clone. */
export function shareOwnership(from: BaseProxy, clone: BaseProxy): void {
  const ownership = ownerships.get(from);
  if (ownership) ownerships.set(clone, { ...ownership, endsOnDisposal: false });
}

/** Returns the process that `proxy` owns, if any. */
export function processOf(proxy: BaseProxy): OwnedActorProcess | undefined {
  return ownerships.get(proxy)?.process;
}

/** Returns the process that disposing of `proxy` ends, if any. */
export function processEndedBy(proxy: BaseProxy): OwnedActorProcess | undefined {
  const ownership = ownerships.get(proxy);
  return ownership?.endsOnDisposal ? ownership.process : undefined;
}
