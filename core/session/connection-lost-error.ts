import { ConnectionLostError } from '../seam/errors.ts';
import type { Farewell } from './session-text.ts';
import type { EndCause } from './outbound-context.ts';

/** Returns the error for the end of a session of which only the peer's farewell and the end of the connection are known. */
export function connectionLostError(label: string, farewell: Farewell | undefined, cause: Error | undefined): EndCause {
  const ended = farewell && `it was ended: ${farewell.reason}`;
  const why = farewell?.message ?? ended ?? cause?.message ?? 'the other end has ended';
  const code = codeOf(farewell);
  return (executed) =>
    new ConnectionLostError(`the connection to ${label} was lost: ${why}`, {
      executed,
      ...(code && { code }),
      ...(cause && { cause }),
    });
}

function codeOf(farewell: Farewell | undefined): string | undefined {
  if (farewell?.reason === 'protocol') return 'PROTOCOL';
  if (farewell?.reason === 'overloaded') return 'OVERLOADED';
  return farewell?.reason === 'slow consumer' ? 'SLOW_CONSUMER' : undefined;
}
