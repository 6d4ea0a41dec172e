import { operationName } from '../references/exposure.ts';
import { copyOf } from '../references/invoke.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import type { Arrival, InboundContext } from './inbound-context.ts';
import { CONTROL_ID, FLAG_COPY } from './message.ts';

/** Begins what a call asks for, with what the actor wants around its calls. */
export function beginMethod({ runtime, caller }: InboundContext, entry: ObjectEntry, arrival: Arrival): unknown {
  const { flags, operation, args } = arrival;
  const invoke = (): unknown => (flags & FLAG_COPY ? copyOf(entry) : runtime.run(entry, operation, args));
  const { around } = runtime;
  // What is asked of the process itself is no work of its actor's.
  if (around === undefined || entry.id === CONTROL_ID) return invoke();
  const { exposure } = entry;
  const member = flags & FLAG_COPY ? undefined : operationName(exposure, operation);
  return around({ typeid: exposure.typeid, member, args, caller: caller.instance }, invoke);
}
