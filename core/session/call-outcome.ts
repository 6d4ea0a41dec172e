import { ActorUnreachableError, type Executed, SerializerError, TimeoutError, UActorError } from '../seam/errors.ts';
import { Kind } from './message.ts';

/** Returns whether the method ran, according to the reply. */
export function executedBy(kind: number, value: unknown): Executed {
  return kind !== Kind.RESULT && value instanceof UActorError ? value.executed : 'yes';
}

/** Returns the error of a call whose deadline has passed; `what` names the call. */
export function timedOut(what: string, timeout: number, executed: Executed): TimeoutError {
  return new TimeoutError(`${what} did not answer within ${timeout} ms`, { executed });
}

/** Returns the error of a claim without a timely reply. */
export function lateClaim(timeoutMs: number): ActorUnreachableError {
  return new ActorUnreachableError(`the process of a received proxy did not answer within ${timeoutMs} ms`);
}

/** Converts the error of a failed encoding: a value, such as a `Proxy`, can make its codec fail in any way. */
export function unsendable(error: unknown): unknown {
  if (error instanceof UActorError) return error;
  return new SerializerError('the serializer failed to encode a value; see the cause', {
    cause: error,
  });
}

/** Returns the error in the reply to a call given up before its turn. No caller waits for it, but it frees the call's number. */
export function givenUpInTime(): TimeoutError {
  return new TimeoutError('the call was abandoned before its turn', { executed: 'no' });
}
