/**
 * Many hosts used as one: `uactor/cluster`. NATS brokers with JetStream store names, leases and events. The optional peer
 * dependencies `@nats-io/transport-node`, `@nats-io/jetstream` and `@nats-io/kv` are loaded when a cluster is connected to.
 *
 * @module uactor/cluster
 */
export { Cluster } from './cluster.ts';
export type { ClusterEvents, DeathEvent, HostEvent } from './events.ts';
export type { ClusterHost, NamedActor } from './listing.ts';
export type { ClusterOptions } from './options.ts';
export type { ClusterServeOptions } from './serve-host.ts';
