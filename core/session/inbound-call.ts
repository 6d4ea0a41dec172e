import { answerThrough, callChannel } from '../references/call-hooks.ts';
import { answering, type CallerSession, type CurrentCall } from '../references/current-call.ts';
import { hooks } from '../references/hooks.ts';
import { type LocalExposure, operationName } from '../references/exposure.ts';
import { copyOf } from '../references/invoke.ts';
import { presentEpoch } from '../references/lease.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import type { Arrival, InboundContext } from './inbound-context.ts';
import { CONTROL_ID, FLAG_COPY } from './message.ts';

/** A call of the peer that a method here is answering. */
export class InboundCall implements CurrentCall {
  readonly session: CallerSession;
  /** Whether a process that ends waits for it. */
  readonly isWork: boolean;
  unsent: ((reason: unknown) => void) | undefined;
  /** Made on first use: most methods never look at their signal. */
  #controller: AbortController | undefined;
  #giveUp: (() => void) | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  /** @param exposure - Of the object called; `undefined` when nothing of this process's is. */
  constructor(session: CallerSession, exposure: LocalExposure | undefined) {
    this.session = session;
    this.isWork = exposure !== undefined && exposure.waits === undefined;
  }

  /** For {@link answering}. */
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

  /** Calls `giveUp` when the caller gives up before {@link InboundCall.begin}. */
  wait(giveUp: () => void): void {
    this.#giveUp = giveUp;
  }

  /** Its turn has come. */
  begin(): void {
    this.#giveUp = undefined;
  }

  /** The caller gave up, or is gone. */
  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
    this.#giveUp?.();
  }
}

/** Begins what a call asks for, with what the actor and its process want around calls. */
export function beginMethod(
  { runtime, caller }: InboundContext,
  entry: ObjectEntry,
  arrival: Arrival,
  call: InboundCall,
): unknown {
  const { flags, operation, args, metadata = {} } = arrival;
  const invoke = (given = args): unknown => (flags & FLAG_COPY ? copyOf(entry) : runtime.run(entry, operation, given));
  const { around } = runtime;
  // What is asked of the process itself is no work of its actor's.
  if (entry.id === CONTROL_ID) return invoke();
  if (around === undefined && !hooks.incoming && !callChannel.hasSubscribers) return invoke();
  const { exposure } = entry;
  const member = flags & FLAG_COPY ? undefined : operationName(exposure, operation);
  const starting = { typeid: exposure.typeid, member, args, caller: caller.instance, metadata };
  // What stands around it may take its time first.
  return answerThrough(starting, around, (given) => answering(call, () => invoke(given)));
}

/** Of a call whose arguments cannot be used. */
export const NOTHING: Pick<Arrival, 'entry' | 'operation' | 'flags' | 'args' | 'claims'> = {
  entry: undefined,
  operation: 0,
  flags: 0,
  args: [],
  claims: undefined,
};

/** What is sent of a method's result. */
export function handOut(
  { runtime }: InboundContext,
  entry: ObjectEntry,
  { flags, operation }: Pick<Arrival, 'flags' | 'operation'>,
  result: unknown,
): unknown {
  return flags & FLAG_COPY ? result : runtime.handOut(entry, operation, result);
}
