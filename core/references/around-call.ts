import { inspect } from 'node:util';
import type { CallMetadata } from '../seam/call-options.ts';
import { misuse, ProxyError, UActorError } from '../seam/errors.ts';
import { shownText } from '../values/error-text.ts';
import { isThenable, refused } from './current-call.ts';

/** A call of another process that is about to start. */
export interface StartingCall {
  /** The name of the actor in whose process the call runs; `undefined` in a process that is not an actor's, for its callbacks. */
  readonly actor: string | undefined;
  /** The typeid of the called object: `actor` for the actor itself. */
  readonly typeid: string;
  /** The called member; `undefined` for `getValue`. */
  readonly member: string | undefined;
  /** The call's arguments. */
  readonly args: readonly unknown[];
  /** The identity of the calling process; {@link CurrentCall.caller}. */
  readonly caller: string;
  /** The metadata sent with the call. Untrusted: any process with the key can send any value. */
  readonly metadata: CallMetadata;
}

/**
 * Wraps every call of other processes. It calls `run`, which returns the method's result, or throws instead, and may inspect the
 * result. It runs in the method's place, so calls start in order if it calls `run` at once. A process without one has no cost.
 */
export type AroundCall = (call: StartingCall, run: (args?: readonly unknown[]) => unknown) => unknown;

/**
 * Wraps the calls of other processes to an actor: calls `next`, perhaps with other arguments, and returns its result or another
 * one; or throws, or returns, without calling it. If it throws before calling `next`, the call rejects with `executed: 'no'`.
 */
export type Intercept = (call: StartingCall, next: (args?: readonly unknown[]) => Promise<unknown>) => unknown;

/** Combines {@link Admit} and {@link Intercept} of an actor; `undefined` when it has neither. */
export function aroundBy(
  { admit, intercept }: { readonly admit?: Admit | undefined; readonly intercept?: Intercept | undefined },
  actor: string,
): AroundCall | undefined {
  const admitted = admit && admission(admit, actor);
  if (intercept === undefined) return admitted;
  const intercepted = interception(intercept);
  return admitted === undefined ? intercepted : (call, run) => admitted(call, () => intercepted(call, run));
}

/** Converts {@link Intercept} into a function that wraps calls. */
export function interception(intercept: Intercept): AroundCall {
  return async (call, run) => {
    const progress: { state: 'asked' | 'begun' | 'refused' } = { state: 'asked' };
    try {
      return await intercept(call, async (args) => {
        if (progress.state === 'refused') throw tooLate(call);
        const given = checkedArguments(args);
        progress.state = 'begun';
        return await run(given);
      });
    } catch (error) {
      if (progress.state === 'begun') throw error;
      progress.state = 'refused';
      throw refused(error);
    }
  };
}

/** Returns the error for an interceptor whose call was rejected with `executed: 'no'`, so that its method must not run any more. */
function tooLate({ member = 'getValue()' }: StartingCall): UActorError {
  return new UActorError(`an interceptor called next() after it had refused ${member}, so the method does not run`);
}

/**
 * Checks the arguments that an interceptor passes to `next`.
 *
 * @throws `TypeError` `MISUSE` for a value that is not an array.
 */
export function checkedArguments(args: unknown): readonly unknown[] | undefined {
  if (args === undefined || Array.isArray(args)) return args;
  throw misuse(`an interceptor must pass an array of arguments to next(), or nothing; it passed ${inspect(args)}`);
}

/**
 * Decides whether a call may start: `false`, or a thrown error, refuses it.
 *
 * It is called immediately before the method, after all waiting, and must return at once.
 */
export type Admit = (call: StartingCall) => boolean | void;

/** Converts {@link Admit} into a function that wraps calls. */
export function admission(admit: Admit, actor: string): AroundCall {
  return (call, run) => {
    let answer: unknown;
    try {
      answer = admit(call);
    } catch (error) {
      if (error instanceof Error) throw refused(error);
      throw refused(notAdmitted(call, actor, `: ${shownText(error)}`));
    }
    if (isThenable(answer)) {
      answer.then(undefined, () => undefined);
      throw refused(
        notAdmitted(call, actor, ', because its admit() returned a promise: return true or false synchronously'),
      );
    }
    if (answer === false) throw refused(notAdmitted(call, actor, ''));
    return run();
  };
}

function notAdmitted({ member = 'getValue()' }: StartingCall, actor: string, why: string): ProxyError {
  return new ProxyError(`${actor} does not admit ${member}${why}`, { code: 'NOT_ADMITTED' });
}
