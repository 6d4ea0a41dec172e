import type { ReferenceSession } from '../references/remote-reference.ts';

/** A process that this one started and owns, as its proxies know it. */
export interface OwnedActorProcess {
  readonly session: ReferenceSession & {
    readonly open: boolean;
    control<Result = unknown>(method: string, args?: readonly unknown[]): Promise<Result>;
  };
  /** Resolves when the process has ended. */
  readonly exit: Promise<unknown>;
  /** Runs the actor's hook and ends the process. */
  stop(): Promise<void>;
  /** Ends the process at once. */
  kill(): Promise<void>;
}

const processes = new WeakMap<ReferenceSession, OwnedActorProcess>();

/** Remembers that this process owns the one at the other end of `session`. */
export function own(session: ReferenceSession, actorProcess: OwnedActorProcess): void {
  processes.set(session, actorProcess);
}

/** The process at the other end of `session`, if this one owns it. */
export function ownedProcess(session: ReferenceSession): OwnedActorProcess | undefined {
  return processes.get(session);
}
