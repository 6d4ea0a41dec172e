import { answerThrough, callChannel } from '../references/call-hooks.ts';
import { answering, type CallerSession, type CurrentCall, hooks } from '../references/current-call.ts';
import { type LocalExposure, operationName } from '../references/exposure.ts';
import { copyOf } from '../references/invoke.ts';
import { presentEpoch } from '../references/lease.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import type { Arrival, InboundContext } from './inbound-context.ts';
import { CONTROL_ID, FLAG_COPY } from './message.ts';

/** A call of the peer whose method runs in this process. */
export class InboundCall implements CurrentCall {
  readonly session: CallerSession;
  /** Whether an ending process waits for it. */
  readonly isWork: boolean;
  unsent: ((reason: unknown) => void) | undefined;
  /** Created on first use: most methods never read their signal. */
  #controller: AbortController | undefined;
  #giveUp: (() => void) | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  /** @param exposure - That of the called object; `undefined` if no object of this process is called. */
  constructor(session: CallerSession, exposure: LocalExposure | undefined) {
    this.session = session;
    this.isWork = exposure !== undefined && exposure.waits === undefined;
  }

  /** The call; for {@link answering}. */
  get current(): this {
    return this;
  }

  get caller(): string {
    return this.session.instance;
  }

  get epoch(): string | undefined {
    return presentEpoch();
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  /** Whether the caller gave up, or is gone. */
  get aborted(): boolean {
    return this.#aborted !== undefined;
  }

  /** Calls `giveUp` if the caller gives up before {@link InboundCall.begin}. */
  wait(giveUp: () => void): void {
    this.#giveUp = giveUp;
  }

  /** Called when it is the call's turn. */
  begin(): void {
    this.#giveUp = undefined;
  }

  /** Called when the caller gave up, or is gone. */
  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
    this.#giveUp?.();
  }
}

/** Runs a call inside the functions with which the actor and its process wrap calls. */
export function beginMethod(
  { runtime, caller }: InboundContext,
  entry: ObjectEntry,
  arrival: Arrival,
  call: InboundCall,
): unknown {
  const { flags, operation, args, metadata = {} } = arrival;
  const invoke = (given = args): unknown => (flags & FLAG_COPY ? copyOf(entry) : runtime.run(entry, operation, given));
  const { around } = runtime;
  // Control calls do not count as actor work.
  if (entry.id === CONTROL_ID) return invoke();
  if (around === undefined && !hooks.incoming && !callChannel.hasSubscribers) return invoke();
  const { exposure } = entry;
  const member = flags & FLAG_COPY ? undefined : operationName(exposure, operation);
  const actor = runtime.actorName;
  const starting = { actor, typeid: exposure.typeid, member, args, caller: caller.instance, metadata };
  // The wrapping function may take time before it starts the method.
  return answerThrough(starting, around, (given) => answering(call, () => invoke(given)));
}

/** The parts of a call whose arguments cannot be used. */
export const NOTHING: Pick<Arrival, 'entry' | 'operation' | 'flags' | 'args' | 'claims'> = {
  entry: undefined,
  operation: 0,
  flags: 0,
  args: [],
  claims: undefined,
};

/** Returns the form in which a method's result is sent. */
export function handOut(
  { runtime }: InboundContext,
  entry: ObjectEntry,
  { flags, operation }: Pick<Arrival, 'flags' | 'operation'>,
  result: unknown,
): unknown {
  return flags & FLAG_COPY ? result : runtime.handOut(entry, operation, result);
}
