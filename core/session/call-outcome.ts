import { ActorUnreachableError, type Executed, SerializerError, TimeoutError, UActorError } from '../seam/errors.ts';
import { Kind } from './message.ts';

/** What a reply says became of its call. */
export function executedBy(kind: number, value: unknown): Executed {
  return kind !== Kind.RESULT && value instanceof UActorError ? value.executed : 'yes';
}

/** How a call ends whose deadline has passed; `what` names the call. */
export function timedOut(what: string, timeout: number, executed: Executed): TimeoutError {
  return new TimeoutError(`${what} did not answer within ${timeout} ms`, { executed });
}

/** How a claim ends that was not answered in time. */
export function lateClaim(timeoutMs: number): ActorUnreachableError {
  return new ActorUnreachableError(`the process of a proxy that was handed over did not answer within ${timeoutMs} ms`);
}

/** A value can make its codec fail in any way, by being a `Proxy` for instance; its sender is told in one. */
export function unsendable(error: unknown): unknown {
  if (error instanceof UActorError) return error;
  return new SerializerError('a value cannot be sent: looking at it failed, for the reason given as the cause', {
    cause: error,
  });
}

/** No caller waits for this answer, but the number of the call is free for another one only when it has come. */
export function givenUpInTime(): TimeoutError {
  return new TimeoutError('the call was given up before its turn came', { executed: 'no' });
}
