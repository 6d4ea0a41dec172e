import { type Executed, TimeoutError, UActorError } from '../seam/errors.ts';
import { rejectWithCallerStack } from '../values/remote-stack.ts';
import type { Settle } from './call-table.ts';
import { Kind } from './message.ts';

/** Ends a call as its reply says. */
export function settleNow(settle: Settle, kind: number, value: unknown): void {
  if (kind === Kind.RESULT) settle.resolve(value);
  else rejectWithCallerStack(settle.resolve, value);
}

/** The same, once every proxy in the reply is reached. */
export async function settleClaimed(
  settle: Settle,
  kind: number,
  value: unknown,
  claims: Promise<unknown>,
): Promise<void> {
  try {
    await claims;
  } catch (error) {
    // Nothing was sent to the process that could not be reached; but the call that brought its proxy has run.
    if (error instanceof UActorError) error.executed = 'yes';
    rejectWithCallerStack(settle.resolve, error);
    return;
  }
  settleNow(settle, kind, value);
}

/** How a call ends whose deadline has passed; `what` names the call. */
export function timedOut(what: string, timeout: number | undefined, executed: Executed): TimeoutError {
  return new TimeoutError(`${what} did not answer within ${timeout} ms`, { executed });
}
