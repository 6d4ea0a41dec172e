import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { misuse } from '../seam/errors.ts';
import {
  isOptionsObject,
  refuseUnknownNames,
  type CallMetadata,
  type InternalCallOptions,
  type InterceptCall,
  isMetadata,
  METADATA_LIMITS,
  type OutgoingCall,
} from '../seam/call-options.ts';
import { boundedCall } from './call-bounds.ts';
import { type AroundCall, checkedArguments, type Intercept, interception, type StartingCall } from './around-call.ts';
import { trackedSignal, trackingCalls, hooks } from './current-call.ts';
import { type Exposure, operationName } from './exposure.ts';

/** The message about a call on the tracing channel `uactor:call`, at the caller's side and at the actor's side. */
export interface CallMessage {
  /** The publishing side. */
  readonly side: 'caller' | 'actor';
  /** The name of the actor whose process runs the call, as far as this side knows it; see {@link OutgoingCall} and {@link StartingCall}. */
  readonly actor: string | undefined;
  /** The typeid of the called object: `actor` for an actor itself. */
  readonly typeid: string;
  /** The called member. */
  readonly member: string | undefined;
  /** The arguments, as they were passed. */
  readonly args: readonly unknown[];
  /** The metadata sent with the call. A subscriber of `start` may add to it at the caller's side. */
  readonly metadata: CallMetadata;
}

/** The channel of calls, for `node:diagnostics_channel`. Checking for subscribers has no measurable cost. */
export const callChannel: ReturnType<typeof tracingChannel> = tracingChannel('uactor:call');

const contexts = new Map<string, AsyncLocalStorage<unknown>>();
const interceptors: InterceptCall[] = [];
const answerers: AroundCall[] = [];

/** The names of contexts, which are names of metadata. */
const METADATA_NAME = /^(?!__proto__$)[\w.:/@-]{1,128}$/;

/**
 * Sends the store of an `AsyncLocalStorage` with calls, callbacks and iterators: methods in the other process run with a copy of
 * it, if that process registered a storage under the same name. Calls made outside of the storage run outside of it.
 *
 * Call it in each process while the module loads. The store's content must be accepted by the serializer.
 *
 * @throws `TypeError` `MISUSE` for a value that is not an `AsyncLocalStorage`, or a name that is in use or not 1 to 128 of `A-Z
 * a-z 0-9 _ . : / @ -`, or `__proto__`.
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
    throw misuse("propagateContext: pass a name, the same in every process: { name: 'request' }");
  }
  const known = contexts.get(name);
  if (known !== undefined && known !== storage) {
    throw misuse(`propagateContext: the name '${name}' already belongs to another storage`);
  }
  contexts.set(name, storage);
  lookAgain();
}

/**
 * Wraps every call that this process makes to objects of other processes with `intercept`: for logs, caches, retries, or
 * metadata. The first of several interceptors is the outermost; those of `callOptions` are inside them.
 *
 * @param only - `actor`: the class to whose actors and their objects the interceptor is limited, if this process spawned them or
 * connected to them. Default: every call.
 * @returns a function that removes the interceptor
 * @throws `TypeError` `MISUSE` for an interceptor that is not a function, or an `actor` that is not a class.
 * @example
 * interceptCalls(async (call, next) => {
 *   const startedAt = performance.now();
 *   try {
 *     return await next();
 *   } finally {
 *     console.log(call.actor, call.member, performance.now() - startedAt);
 *   }
 * });
 */
export function interceptCalls(
  intercept: InterceptCall,
  only: { readonly actor?: { readonly name: string } | undefined } = {},
): () => void {
  if (typeof intercept !== 'function') throw misuse('interceptCalls: expected a function that takes (call, next)');
  if (!isOptionsObject(only))
    throw misuse('interceptCalls: the second argument must be { actor: Counter }, or omitted');
  refuseUnknownNames(only, ['actor'], 'interceptCalls');
  const { actor } = only;
  if (actor !== undefined && typeof actor !== 'function') {
    throw misuse('interceptCalls: actor must be the class of the actors: { actor: Counter }');
  }
  const name = actor?.name;
  const ofClass: InterceptCall = (call, next) => (call.actor === name ? intercept(call, next) : next());
  return added(interceptors, name === undefined ? intercept : ofClass);
}

/**
 * Runs `intercept` around every call that this process answers, outside of the `admit` and the `intercept` of its actor: for traces,
 * metrics and other concerns of a process that do not depend on its actor. Several interceptors nest, the first one outermost. Call it
 * while the actor's module is loaded, or before.
 *
 * @returns a function that removes the interceptor
 * @throws `TypeError` `MISUSE` for an interceptor that is not a function.
 * @example
 * interceptAnswers(async (call, next) => {
 *   console.log(`${call.caller} calls ${call.member}`);
 *   return await next();
 * });
 */
export function interceptAnswers(intercept: Intercept): () => void {
  if (typeof intercept !== 'function') throw misuse('interceptAnswers: expected a function that takes (call, next)');
  return added(answerers, interception(intercept));
}

/** @returns a function that removes the hook, once: a hook that was added twice is removed by two functions. */
function added<Hook>(to: Hook[], hook: Hook): () => void {
  to.push(hook);
  lookAgain();
  let stands = true;
  return () => {
    if (!stands) return;
    stands = false;
    to.splice(to.indexOf(hook), 1);
    lookAgain();
  };
}

function lookAgain(): void {
  const always = contexts.size > 0 || trackingCalls();
  hooks.outgoing = always || interceptors.length > 0;
  hooks.incoming = always || answerers.length > 0;
}

/** The object that a call goes to. */
interface CalledReference {
  readonly exposure: Exposure;
  readonly address: string | undefined;
  readonly session: { readonly label: string };
}

/**
 * Makes a call through all functions that wrap this process's calls.
 *
 * @param operation - `undefined` for a copy of the object.
 */
export function callThrough(
  { exposure, address, session }: CalledReference,
  operation: number | undefined,
  args: readonly unknown[],
  options: InternalCallOptions | undefined,
  send: (args: readonly unknown[], options: InternalCallOptions | undefined) => Promise<unknown>,
): Promise<unknown> {
  const metadata: Record<string, unknown> = {};
  for (const [name, storage] of contexts) {
    const store = storage.getStore();
    if (store !== undefined) metadata[name] = store;
  }
  const { typeid } = exposure;
  const member = operation === undefined ? undefined : operationName(exposure, operation);
  const call = { actor: session.label, address, typeid, member, args, metadata };
  const around = options?.intercept === undefined ? interceptors : [...interceptors, options.intercept];
  const inherited = inherit(options);
  const last = async (given: readonly unknown[], how: InternalCallOptions | undefined): Promise<unknown> => {
    const count = Object.keys(metadata).length;
    if (!isMetadata(metadata)) throw misuse(METADATA_LIMITS);
    return await send(given, count === 0 ? how : { ...how, metadata });
  };
  const run = (): Promise<unknown> => {
    if (around.length === 0) return last(args, inherited);
    const name = `${session.label}: ${options?.calledAs ?? member ?? 'getValue()'}`;
    return boundedCall(name, inherited, last, (next) => nested([...around], call, next));
  };
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
  return await first(
    call,
    async (args) => await nested(inner, { ...call, args: checkedArguments(args) ?? call.args }, last),
  );
}

/** Makes a call inside a method end with the call that the method answers, if calls are tracked. */
function inherit(options: InternalCallOptions | undefined): InternalCallOptions | undefined {
  const outer = options?.inherit === false ? undefined : trackedSignal();
  if (outer === undefined) return options;
  const signal = options?.signal === undefined ? outer : AbortSignal.any([options.signal, outer]);
  return { ...options, signal };
}

/** Runs a call of another process through all functions that wrap such calls. */
export function answerThrough(
  call: StartingCall,
  around: AroundCall | undefined,
  invoke: (args?: readonly unknown[]) => unknown,
): unknown {
  let answer = (given: StartingCall): unknown =>
    around === undefined ? invoke(given.args) : around(given, (args = given.args) => invoke(args));
  for (const answerer of answerers.toReversed()) {
    const inner = answer;
    answer = (given) => answerer(given, (args = given.args) => inner({ ...given, args }));
  }
  let run = (): unknown => (callChannel.hasSubscribers ? traced(call, () => answer(call)) : answer(call));
  for (const [name, storage] of contexts) {
    const within = run;
    // A call without a store runs outside of the storage, rather than in the store of the code that opened the connection.
    run = () => storage.run(Object.hasOwn(call.metadata, name) ? call.metadata[name] : undefined, within);
  }
  return run();
}

/** Publishes like `tracePromise`, also for a method that returns synchronously. */
function traced(call: StartingCall, run: () => unknown): unknown {
  const message = { side: 'actor', ...call };
  return callChannel.tracePromise(async () => await run(), message);
}
