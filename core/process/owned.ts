import type { ReferenceSession } from '../references/remote-reference.ts';
import type { ActorProcess } from './actor-process.ts';

const processes = new WeakMap<ReferenceSession, ActorProcess>();

/** Remembers that this process owns the one at the other end of `session`. */
export function own(session: ReferenceSession, actorProcess: ActorProcess): void {
  processes.set(session, actorProcess);
}

/** The process at the other end of `session`, if this one owns it. */
export function ownedProcess(session: ReferenceSession): ActorProcess | undefined {
  return processes.get(session);
}
