/**
 * Many hosts as one: `uactor/cluster`. Names, leases and events lie at brokers of NATS with JetStream; the optional peers
 * `@nats-io/transport-node`, `@nats-io/jetstream` and `@nats-io/kv` are loaded when a cluster is connected to.
 *
 * @module uactor/cluster
 */
export { Cluster } from './cluster.ts';
export type { ClusterEvents, DeathEvent, HostEvent } from './events.ts';
export type { ClusterHost, NamedActor } from './listing.ts';
export type { ClusterOptions } from './options.ts';
export type { ClusterServeOptions } from './serve-host.ts';
