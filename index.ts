/**
 * The front door: the public names, and the one place where the built-in serializers and transports are put in.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useProgram } from './core/process/process-resources.ts';
import {
  chooseDefaultSerializer,
  defaultSerializer,
  loadSerializer,
  registerLazySerializer,
  registerLazyTransport,
  serializerName,
} from './core/registry.ts';
import type { Serializer } from './core/serializer.ts';
import { ipc } from './transports/ipc/index.ts';
import { compressedName, type CompressionOptions } from './serializers/compressed/compression.ts';

registerLazySerializer('superjson', async () => (await import('./serializers/superjson/index.ts')).superjson);
registerLazySerializer('msgpack', async () => (await import('./serializers/msgpack/index.ts')).msgpack);
registerLazySerializer('protobuf', async () => (await import('./serializers/protobuf/index.ts')).protobuf);
// Loaded at once, because every actor's process needs it.
registerLazyTransport('ipc', () => Promise.resolve(ipc));
registerLazyTransport('tcp', async () => (await import('./transports/socket/index.ts')).socket);
useProgram({
  bootstrap: fileURLToPath(new URL(`./bootstrap${extname(import.meta.url)}`, import.meta.url)),
  frontDoor: new URL(`./index${extname(import.meta.url)}`, import.meta.url).href,
  poolWorker: fileURLToPath(new URL(`./pool-worker${extname(import.meta.url)}`, import.meta.url)),
});

/** The name of the serializer of actors that name none: `'superjson'`, unless `UACTOR_SERIALIZER` or a call says otherwise. */
export let DEFAULT_SERIALIZER: string = defaultSerializer();

/**
 * Changes {@link DEFAULT_SERIALIZER}, for actors that this process spawns from now on.
 *
 * @throws {@link SerializerError} `UNKNOWN_SERIALIZER` for a name that nobody registered; the message lists the known ones.
 */
export function setDefaultSerializer(choice: string | Serializer): void {
  DEFAULT_SERIALIZER = chooseDefaultSerializer(choice);
}

/**
 * A serializer that compresses what another one writes. It is registered under the name that is returned, such as
 * `'msgpack+deflate'`; call it in the module of the actor, so that the actor's process knows it too. Both it and the other
 * one are loaded when an actor first speaks it. For a `Serializer` object: `uactor/serializers/compressed`.
 *
 * @throws {@link SerializerError} `UNKNOWN_SERIALIZER` for a name that nobody registered.
 * @throws TypeError `MISUSE` for an unknown algorithm.
 * @example
 * class Archive extends Actor {
 *   static override readonly module = import.meta.url;
 *   static override readonly options = { serializer: compressed('msgpack', { thresholdBytes: 4096 }) };
 * }
 */
export function compressed(choice: string | Serializer, options: CompressionOptions = {}): string {
  const inner = serializerName(choice);
  const name = compressedName(inner, options);
  registerLazySerializer(name, async () => {
    const [wrapper, serializer] = await Promise.all([
      import('./serializers/compressed/index.ts'),
      loadSerializer(inner),
    ]);
    return wrapper.compressed(serializer, options);
  });
  return name;
}

export type { CompressionAlgorithm, CompressionOptions } from './serializers/compressed/compression.ts';
export { Actor, type AnyActorClass } from './core/actor.ts';
export { ActorPool, type ActorPoolOptions, type BroadcastMethods, type PooledMethods } from './core/actor-pool.ts';
export type { ActorReport, SessionReport } from './core/actor-report.ts';
export type { ActorServer } from './core/actor-server.ts';
export type { ServedOptions, ServeOptions } from './core/serve-actor.ts';
export type { ActorConnectOptions } from './core/spawn-actor.ts';
export { inspectActor } from './core/inspect-actor.ts';
export { ActorManager } from './core/manager/actor-manager.ts';
export { BaseManager } from './core/manager/base-manager.ts';
/** @internal */
export { ManagerServer } from './core/manager/manager-server.ts';
export type { ServedManager } from './core/manager/served-manager.ts';
export { SyncManager } from './core/manager/sync-manager.ts';
export type { DebugInfo } from './core/debug-info.ts';
export type { TypeidDefinition } from './core/typeids.ts';
export { AsyncResult, AsyncResultProxy, type AsyncResultState } from './core/typeids/async-result.ts';
export { Barrier, type BarrierOptions, BarrierProxy } from './core/typeids/barrier.ts';
export { ConditionProxy } from './core/typeids/condition-proxy.ts';
export { Condition } from './core/typeids/condition.ts';
export { Event, EventProxy } from './core/typeids/event.ts';
export { ArrayProxy } from './core/typeids/array.ts';
export { type DictEntries, DictProxy, type DictSource } from './core/typeids/dict-proxy.ts';
export { IteratorProxy } from './core/typeids/iterator.ts';
export { JoinableQueue } from './core/typeids/joinable-queue.ts';
export type { AcquireOptions, LockHold } from './core/typeids/lock-hold.ts';
export { LockProxy } from './core/typeids/lock-proxy.ts';
export { Lock } from './core/typeids/lock.ts';
export { type CurrentTask, currentTask } from './core/typeids/current-task.ts';
export { type MapOptions, PoolProxy, type TaskOptions } from './core/typeids/pool-proxy.ts';
export { Pool, type PoolOptions } from './core/typeids/pool.ts';
export { JoinableQueueProxy, type QueueOptions, QueueProxy } from './core/typeids/queue-proxy.ts';
export { Queue } from './core/typeids/queue.ts';
export { RLock } from './core/typeids/rlock.ts';
export { BoundedSemaphore, Semaphore, SemaphoreProxy } from './core/typeids/semaphore.ts';
export type { Address } from './core/address.ts';
export { ListProxy } from './core/typeids/list-proxy.ts';
export { NamespaceProxy } from './core/typeids/namespace.ts';
export { ValueProxy } from './core/typeids/value.ts';
export type { ActorOptions, StdioChoice } from './core/actor-options.ts';
export type { DialPolicy, DialQuestion, DialSource } from './core/dial-policy.ts';
export { setDialPolicy } from './core/set-dial-policy.ts';
export type { CallOptions } from './core/call-options.ts';
export { registerClass, registerError } from './core/class-registry.ts';
export { type CurrentCall, currentCall } from './core/current-call.ts';
export * from './core/errors.ts';
export { isMain } from './core/is-main.ts';
export { CodecFaults, described } from './core/codec/codec-faults.ts';
export { isPlainArray, isPlainObject, setMember } from './core/codec/plain-object.ts';
export { DEFAULT_LIMITS, type Limits } from './core/limits.ts';
export { Output } from './core/output.ts';
export type { Key } from './core/key-order.ts';
export { ActorProxy } from './core/proxy/actor-proxy.ts';
export { BaseProxy } from './core/proxy/base-proxy.ts';
export { type ExposedList, exposing } from './core/exposing.ts';
export { proxyMethod } from './core/proxy/proxy-method.ts';
export {
  callOptions,
  getValue,
  proxy,
  release,
  sameReferent,
  setProperty,
  terminate,
  typeid,
} from './core/proxy-functions.ts';
export { registerSerializer, registerTransport } from './core/registry.ts';
export type { PropertyName, PropertyValue, Referent } from './core/referent.ts';
export type { ActorClass, ProxyTypes, Remote, RemoteObject } from './core/remote.ts';
export type { CalledMethod, Codec, CodecContext, Extension, Extensions, Serializer } from './core/serializer.ts';
export type * from './core/transport.ts';
export { stats } from './core/process-stats.ts';
export type { Stats } from './core/stats.ts';
export { withActor } from './core/with-actor.ts';
