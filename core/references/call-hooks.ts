import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { misuse } from '../seam/errors.ts';
import type { CallMetadata, InternalCallOptions, InterceptCall, OutgoingCall } from '../seam/call-options.ts';
import type { AroundCall, StartingCall } from './around-call.ts';
import { trackedSignal, trackingCalls } from './current-call.ts';
import { type Exposure, operationName } from './exposure.ts';
import { hooks } from './hooks.ts';

/** What is published of a call on the tracing channel `uactor:call`, at the side that makes it and at the side that answers it. */
export interface CallMessage {
  /** The side that publishes. */
  readonly side: 'caller' | 'actor';
  /** The typeid of the object called: `actor` for an actor itself. */
  readonly typeid: string;
  /** The member called. */
  readonly member: string | undefined;
  /** The arguments, as they were passed. */
  readonly args: readonly unknown[];
  /** What travels beside the arguments. A subscriber of `start` may add to it at the caller's side. */
  readonly metadata: CallMetadata;
}

/** Calls, for `node:diagnostics_channel`. Looking whether anybody subscribed costs nothing that can be measured. */
export const callChannel: ReturnType<typeof tracingChannel> = tracingChannel('uactor:call');

const contexts = new Map<string, AsyncLocalStorage<unknown>>();
const interceptors: InterceptCall[] = [];

/** What metadata may be called. */
const METADATA_NAME = /^[\w.:/@-]{1,128}$/;

/**
 * Has the store of an `AsyncLocalStorage` travel with calls, callbacks and iterators: methods at the other end run with a copy of it, if
 * that process registered a storage under the same name. Calls that were made outside of the storage run outside of it.
 *
 * To be called in each process, as the module is loaded. What the store holds has to be something that the serializer carries.
 *
 * @throws `TypeError` `MISUSE` for what is no `AsyncLocalStorage`, or a name that is taken or not 1 to 128 of `A-Z a-z 0-9 _ . : / @ -`.
 * @example
 * import { AsyncLocalStorage } from 'node:async_hooks';
 * const requests = new AsyncLocalStorage<{ id: string }>();
 * propagateContext(requests, { name: 'request' });
 */
export function propagateContext(storage: AsyncLocalStorage<unknown>, options: { readonly name: string }): void {
  if (!(storage instanceof AsyncLocalStorage))
    throw misuse('propagateContext: the first argument must be an AsyncLocalStorage');
  const name: unknown = options?.name;
  if (typeof name !== 'string' || !METADATA_NAME.test(name)) {
    throw misuse("propagateContext: it needs a name, the same in every process: { name: 'request' }");
  }
  const known = contexts.get(name);
  if (known !== undefined && known !== storage) {
    throw misuse(`propagateContext: the name '${name}' belongs to another storage already`);
  }
  contexts.set(name, storage);
  hooks.outgoing = true;
  hooks.incoming = true;
}

/**
 * Has every call that this process makes of objects of other processes go through `intercept`: for logs, caches, retries, or metadata.
 * Several stand around each other, the first one outermost; those of `callOptions` are within them.
 *
 * @returns what takes it away again
 * @example
 * interceptCalls(async (call, next) => {
 *   const startedAt = performance.now();
 *   try {
 *     return await next();
 *   } finally {
 *     console.log(call.typeid, call.member, performance.now() - startedAt);
 *   }
 * });
 */
export function interceptCalls(intercept: InterceptCall): () => void {
  if (typeof intercept !== 'function')
    throw misuse('interceptCalls: it takes a function of a call and of what goes on with it');
  interceptors.push(intercept);
  hooks.outgoing = true;
  return () => {
    const at = interceptors.indexOf(intercept);
    if (at >= 0) interceptors.splice(at, 1);
    hooks.outgoing = interceptors.length > 0 || contexts.size > 0 || trackingCalls();
  };
}

/** Makes a call with everything that stands around those of this process. */
export function callThrough(
  exposure: Exposure,
  operation: number,
  args: readonly unknown[],
  options: InternalCallOptions | undefined,
  send: (args: readonly unknown[], options: InternalCallOptions | undefined) => Promise<unknown>,
): Promise<unknown> {
  const metadata: Record<string, unknown> = {};
  for (const [name, storage] of contexts) {
    const store = storage.getStore();
    if (store !== undefined) metadata[name] = store;
  }
  const call = { typeid: exposure.typeid, member: operationName(exposure, operation), args, metadata };
  const around = options?.intercept === undefined ? interceptors : [...interceptors, options.intercept];
  const inherited = inherit(options);
  const last = (given: readonly unknown[]): Promise<unknown> =>
    send(given, Object.keys(metadata).length === 0 ? inherited : { ...inherited, metadata });
  const run = (): Promise<unknown> => (around.length === 0 ? last(args) : nested([...around], call, last));
  if (!callChannel.hasSubscribers) return run();
  return callChannel.tracePromise(run, { side: 'caller', ...call });
}

async function nested(
  around: readonly InterceptCall[],
  call: OutgoingCall,
  last: (args: readonly unknown[]) => Promise<unknown>,
): Promise<unknown> {
  const [first, ...inner] = around;
  if (first === undefined) return await last(call.args);
  return await first(call, (args = call.args) => nested(inner, { ...call, args }, last));
}

/** A call that a method makes while calls are tracked ends with the one that the method answers. */
function inherit(options: InternalCallOptions | undefined): InternalCallOptions | undefined {
  const outer = options?.inherit === false ? undefined : trackedSignal();
  if (outer === undefined) return options;
  const signal = options?.signal === undefined ? outer : AbortSignal.any([options.signal, outer]);
  return { ...options, signal };
}

/** Answers a call with everything that stands around those of other processes. */
export function answerThrough(
  call: StartingCall,
  around: AroundCall | undefined,
  invoke: (args?: readonly unknown[]) => unknown,
): unknown {
  const inner = (): unknown => (around === undefined ? invoke() : around(call, invoke));
  let run = callChannel.hasSubscribers ? (): unknown => traced(call, inner) : inner;
  for (const [name, storage] of contexts) {
    const within = run;
    // Without a store of its own it runs in none, and not in that of the code that made the connection.
    run = () => storage.run(Object.hasOwn(call.metadata, name) ? call.metadata[name] : undefined, within);
  }
  return run();
}

/** Publishes as `tracePromise` does, which wants a promise: of a method that returns at once as well. */
function traced(call: StartingCall, run: () => unknown): unknown {
  const message = { side: 'actor', ...call };
  return callChannel.tracePromise(async () => await run(), message);
}
