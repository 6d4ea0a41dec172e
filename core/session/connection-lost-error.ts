import { ConnectionLostError } from '../seam/errors.ts';
import type { Farewell } from './session-text.ts';
import type { EndCause } from './outbound-context.ts';

/** Why a session is over, when nothing is known but what its peer said and how its connection ended. */
export function connectionLostError(label: string, farewell: Farewell | undefined, cause: Error | undefined): EndCause {
  const ended = farewell && `it was ended: ${farewell.reason}`;
  const why = farewell?.message ?? ended ?? cause?.message ?? 'the other end is gone';
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
