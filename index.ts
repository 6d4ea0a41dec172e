/**
 * The entry for users: the public names, and the one place that registers the built-in serializers and transports.
 *
 * @module uactor
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useProgram } from './core/process/owner/node-process.ts';
import {
  chooseDefaultSerializer,
  defaultSerializer,
  loadSerializer,
  registerLazySerializer,
  registerLazyTransport,
  serializerName,
  transportSchemes,
} from './core/runtime/registry.ts';
import { addBuiltInTypeids } from './core/api/built-in-typeids.ts';
import { bundle } from './core/seam/bundle.ts';
import type { Serializer } from './core/seam/serializer.ts';
import { addressInfo as ipcAddressInfo } from './transports/ipc/address.ts';
import { addressInfo as natsAddressInfo } from './transports/nats/address.ts';
import { addressInfo as tcpAddressInfo } from './transports/socket/address.ts';
import { useBuiltInChoices } from './core/declaration/address.ts';
import { ipc } from './transports/ipc/index.ts';
import { compressedName, type CompressionOptions } from './serializers/compressed/compression.ts';

registerLazySerializer('superjson', async () => (await import('./serializers/superjson/index.ts')).superjson);
registerLazySerializer('msgpack', async () => (await import('./serializers/msgpack/index.ts')).msgpack);
registerLazySerializer('protobuf', async () => (await import('./serializers/protobuf/index.ts')).protobuf);
// Loaded at once, because every actor's process needs it.
registerLazyTransport('ipc', { addressInfo: ipcAddressInfo }, () => Promise.resolve(ipc));
registerLazyTransport(
  'tcp',
  { addressInfo: tcpAddressInfo },
  async () => (await import('./transports/socket/index.ts')).socket,
);
registerLazyTransport(
  'nats',
  { addressInfo: natsAddressInfo },
  async () => (await import('./transports/nats/index.ts')).nats,
);
useBuiltInChoices({
  serializer: 'superjson',
  taskSerializer: 'msgpack',
  privateScheme: 'ipc',
  hostScheme: 'tcp',
  schemes: transportSchemes,
});
addBuiltInTypeids();
// A bundle does not contain these files.
if (bundle === undefined) {
  const path = fileURLToPath(new URL(`./bootstrap${extname(import.meta.url)}`, import.meta.url));
  const frontDoor = new URL(`./index${extname(import.meta.url)}`, import.meta.url).href;
  useProgram({ start: { kind: 'bootstrap', path }, frontDoor });
}

/** The default serializer of actors: `'superjson'`, unless `UACTOR_SERIALIZER` or {@link setDefaultSerializer} changes it. */
export let DEFAULT_SERIALIZER: string = defaultSerializer();

/**
 * Changes {@link DEFAULT_SERIALIZER}, for actors that this process spawns later.
 *
 * @throws {@link SerializerError} `UNKNOWN_SERIALIZER` for a name that is not registered; the message lists the known ones.
 */
export function setDefaultSerializer(choice: string | Serializer): void {
  DEFAULT_SERIALIZER = chooseDefaultSerializer(choice);
}

/**
 * Creates a serializer that compresses the messages of another one, and registers it under the returned name, such as
 * `'msgpack+deflate'`. Call it in the module of the actor, so that the actor's process registers it too. Both serializers are
 * loaded on first use. For a `Serializer` object, use `uactor/serializers/compressed`.
 *
 * @throws {@link SerializerError} `UNKNOWN_SERIALIZER` for a name that is not registered.
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
export { Actor, type AnyActorClass, type DeclaresModule, type SpawnableClass } from './core/api/actor.ts';
export {
  ActorPool,
  type ActorPoolOptions,
  type BroadcastMethods,
  type Key,
  type PooledMethods,
} from './core/api/actor-pool.ts';
export type { ActorReport, SessionReport } from './core/runtime/actor-report.ts';
export type { ActorServer } from './core/api/actor-server.ts';
export type { ServeOptions } from './core/api/serve-actor.ts';
export type { ActorConnectOptions } from './core/api/spawn-actor.ts';
export type { SpawnMessage } from './core/api/spawn-trace.ts';
export { inspectActor, stats } from './core/api/inspection.ts';
export { ActorManager, BaseManager, type ManagerProcess, type ServedManager } from './core/api/base-manager.ts';
/** @internal */
export { ManagerServer } from './core/api/manager-server.ts';
export { SyncManager } from './core/api/sync-manager.ts';
export type { DebugInfo, Stats } from './core/runtime/stats.ts';
export type { TypeidDefinition } from './core/declaration/typeid-table.ts';
export { AsyncResult, AsyncResultProxy, type AsyncResultState } from './core/objects/async-result.ts';
export { Barrier, type BarrierOptions, BarrierProxy } from './core/objects/barrier.ts';
export { Condition, ConditionProxy } from './core/objects/condition.ts';
export { Event, EventProxy } from './core/objects/event.ts';
export { ArrayProxy } from './core/objects/array.ts';
export { type DictEntries, DictProxy, type DictSource } from './core/objects/dict.ts';
export { type EventArguments, EventsProxy } from './core/objects/events.ts';
export type { ListenOptions } from './core/objects/event-stream.ts';
export { IteratorProxy } from './core/objects/iterator.ts';
export type { LockHold } from './core/objects/lock-hold.ts';
export { type AcquireOptions, Lock, LockProxy, RLock } from './core/objects/lock.ts';
export { type CurrentTask, currentTask } from './core/pool/current-task.ts';
export { type MapOptions, PoolProxy, type TaskOptions } from './core/pool/pool-proxy.ts';
export { Pool, type PoolOptions } from './core/pool/pool.ts';
/** @internal */
export { PoolWorker } from './core/pool/pool-worker.ts';
export { JoinableQueue, JoinableQueueProxy, Queue, type QueueOptions, QueueProxy } from './core/objects/queue.ts';
export { BoundedSemaphore, Semaphore, SemaphoreProxy } from './core/objects/semaphore.ts';
export type { Address } from './core/declaration/address.ts';
export { ListProxy } from './core/objects/list.ts';
export { NamespaceProxy } from './core/objects/namespace.ts';
export { ValueProxy } from './core/objects/value.ts';
export type { ActorLog, LineLogger, LogSource } from './core/declaration/actor-log.ts';
export type { ActorOptions, Restart, ServedOptions, StdioChoice } from './core/declaration/actor-options.ts';
export type { DialPolicy, DialQuestion, DialSource } from './core/trust/dial-policy.ts';
export { setAuthkey, setDialPolicy, setProcessLimits } from './core/api/process-settings.ts';
export { actorProcess, type ActorEnd, type ActorProcessHandle, ended, endTogether } from './core/api/actor-process.ts';
export type { CallMetadata, CallOptions, InterceptCall, OutgoingCall } from './core/seam/call-options.ts';
export type { Admit, Intercept, StartingCall } from './core/references/around-call.ts';
export {
  type CallMessage,
  interceptAnswers,
  interceptCalls,
  propagateContext,
} from './core/references/call-hooks.ts';
export type { SessionMessage } from './core/session/session-trace.ts';
export { registerActor } from './core/api/register-actor.ts';
export { registerClass, registerError } from './core/values/class-registry.ts';
export { type CurrentCall, currentCall, trackCalls } from './core/references/current-call.ts';
export {
  type ActorDeath,
  ActorDiedError,
  ActorSpawnError,
  ActorUnreachableError,
  AddressInUseError,
  AuthkeyError,
  BrokenBarrierError,
  ConnectionLostError,
  ERROR_CODES,
  type Executed,
  HostError,
  MessageTooLargeError,
  ProxyError,
  RestartLimitError,
  QueueEmptyError,
  QueueFullError,
  RemoteError,
  SerializerError,
  TimeoutError,
  TransportError,
  UActorError,
  type UActorErrorOptions,
  type WorkerDeath,
  WorkerDiedError,
} from './core/seam/errors.ts';
export { Host, type HostConnectOptions } from './core/hosts/host.ts';
/** @internal */
export { ModuleLook } from './core/hosts/module-look.ts';
export type { HostActor } from './core/hosts/host-actor.ts';
export type { HostReport } from './core/hosts/host-report.ts';
export type { HostedActorReport } from './core/hosts/hosted-actor.ts';
export type { HostServeOptions, HostServer } from './core/hosts/serve-host.ts';
/** @internal */
export { placesBeside } from './core/hosts/serve-host.ts';
/** @internal */
export { spawnWith } from './core/api/actor.ts';
/** @internal */
export { misuse } from './core/seam/errors.ts';
/** @internal */
export { Backoff, type BackoffSpan } from './core/process/owner/backoff.ts';
/** @internal */
export { followName, type NameFollower } from './core/hosts/follow-name.ts';
/** @internal */
export type { HostOrder } from './core/hosts/host-order.ts';
/** @internal */
export type { ActorFate, ActorPlace } from './core/hosts/host-report.ts';
/** @internal */
export type { ActorEnding, KeptActor, KeptHost, NameClaim, NameKeeper } from './core/hosts/name-keeper.ts';
/** @internal */
export { elapsedMs, type LeaseClock, MACHINE_CLOCK, type Moment, momentOf } from './core/references/lease.ts';
export type { ActorHost, SpawnOrder } from './core/declaration/actor-options.ts';
export { isActorProcess, isMain } from './core/api/program-guard.ts';
export { DEFAULT_LIMITS, DEFAULT_REMOTE_LIMITS, type Limits, type ProcessLimits } from './core/seam/limits.ts';
export { ActorProxy } from './core/proxy/actor-proxy.ts';
export { BaseProxy } from './core/proxy/base-proxy.ts';
export { type ExposedList, exposing } from './core/declaration/exposing.ts';
export { proxyMethod } from './core/proxy/base-proxy.ts';
export {
  callOptions,
  getValue,
  proxy,
  release,
  sameReferent,
  setProperty,
  terminate,
  transfer,
  typeid,
} from './core/api/proxy-functions.ts';
export type { PropertyName, PropertyValue, ProxyOptions, Referent } from './core/api/proxy-functions.ts';
export { registerSerializer, registerTransport } from './core/runtime/registry.ts';
export type { ActorClass, ProxyTypes, Remote, RemoteObject } from './core/api/remote.ts';
export type { RemoteArguments } from './core/api/remote-argument.ts';
export type { Serializer } from './core/seam/serializer.ts';
export type { Transport } from './core/seam/transport.ts';
export { withActor } from './core/api/with-actor.ts';
export type { RestartBackoff } from './core/process/owner/backoff.ts';
export type { RestartStrategy, SupervisorOptions } from './core/supervision/restart-policy.ts';
export {
  type SupervisedGroup,
  type SupervisedMember,
  type SupervisedProxies,
  supervise,
  superviseAll,
} from './core/supervision/supervise.ts';
