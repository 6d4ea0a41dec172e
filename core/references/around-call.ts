import type { CallMetadata } from '../seam/call-options.ts';
import { ProxyError } from '../seam/errors.ts';
import { isThenable, refused } from './invoke.ts';

/** A call of another process, about to start. */
export interface StartingCall {
  /** The typeid of the object called: `actor` for the actor itself. */
  readonly typeid: string;
  /** The member called; `undefined` for `getValue`. */
  readonly member: string | undefined;
  /** The call's arguments. */
  readonly args: readonly unknown[];
  /** The identity of the process that called; {@link CurrentCall.caller}. */
  readonly caller: string;
  /** What the caller sent beside the arguments; anything, by whoever has the key. */
  readonly metadata: CallMetadata;
}

/**
 * What stands around every call of other processes on the side that runs it, with all of the call in its hands: it calls `run`, which
 * gives what the method returned, or throws instead, and may look at what comes back. It runs in the place of the method, so that
 * calls start in their order if it calls `run` at once. A process without one pays nothing for it.
 */
export type AroundCall = (call: StartingCall, run: (args?: readonly unknown[]) => unknown) => unknown;

/**
 * Stands around the calls that an actor answers: calls `next`, perhaps with other arguments, and returns its result or another one; or
 * throws, or returns, without calling it. A refusal before `next` was called rejects with `executed: 'no'`.
 */
export type Intercept = (call: StartingCall, next: (args?: readonly unknown[]) => Promise<unknown>) => unknown;

/** {@link Admit} and {@link Intercept} of an actor, as they stand around calls; `undefined` when it has neither. */
export function aroundBy(
  { admit, intercept }: { readonly admit?: Admit | undefined; readonly intercept?: Intercept | undefined },
  actor: string,
): AroundCall | undefined {
  const admitted = admit && admission(admit, actor);
  if (intercept === undefined) return admitted;
  const intercepted = interception(intercept);
  return admitted === undefined ? intercepted : (call, run) => admitted(call, () => intercepted(call, run));
}

function interception(intercept: Intercept): AroundCall {
  return async (call, run) => {
    let begun = false;
    try {
      return await intercept(call, async (args) => {
        begun = true;
        return await run(args);
      });
    } catch (error) {
      throw begun ? error : refused(error);
    }
  };
}

/**
 * Says whether a call may start: `false`, or an error that is thrown, refuses it.
 *
 * It is asked in the moment in which the method would begin, after all waiting, and has to answer at once.
 */
export type Admit = (call: StartingCall) => boolean | void;

/** {@link Admit} as it stands around calls. */
export function admission(admit: Admit, actor: string): AroundCall {
  return (call, run) => {
    let answer: unknown;
    try {
      answer = admit(call);
    } catch (error) {
      if (error instanceof Error) throw refused(error);
      throw refused(notAdmitted(call, actor, `: ${String(error)}`));
    }
    if (isThenable(answer)) {
      answer.then(undefined, () => undefined);
      throw refused(notAdmitted(call, actor, ', because its admit() answers with a promise: let it answer at once'));
    }
    if (answer === false) throw refused(notAdmitted(call, actor, ''));
    return run();
  };
}

function notAdmitted({ member = 'getValue()' }: StartingCall, actor: string, why: string): ProxyError {
  return new ProxyError(`${actor} does not admit ${member}${why}`, { code: 'NOT_ADMITTED' });
}
