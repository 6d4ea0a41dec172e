import type { HostReport, Restart } from '../index.ts';
import type { HostRecord, NameRecord } from './records.ts';

/** A host of a cluster, as {@link Cluster.hosts} shows it. */
export interface ClusterHost extends HostReport {
  /** The host's id. */
  readonly id: string;
  /** The name of its machine. */
  readonly machine: string;
  /** Where the host listens. */
  readonly addresses: readonly string[];
}

/** A name of a cluster, as {@link Cluster.names} shows it. */
export interface NamedActor {
  /** The actor's name in the cluster. */
  readonly name: string;
  /** The class's name. */
  readonly className: string;
  /** The URL of the class's module. */
  readonly module: string;
  /** When the cluster starts the actor again. */
  readonly restart: Restart;
  /** `'waiting'`: no host has it at the moment. `'starting'`: its host is about to build it. */
  readonly state: 'running' | 'starting' | 'waiting';
  /** The host that has it. */
  readonly host: string | undefined;
  /** The actor's process id on its host; `undefined` while it starts or restarts. */
  readonly pid: number | undefined;
}

export function hostOf(record: HostRecord): ClusterHost {
  const { id, machine, pid, endpoints, modules, labels, slots, free, draining } = record;
  return { id, machine, pid, addresses: endpoints, modules, labels, slots, free, draining };
}

/** @param living - The epochs of the leases that are held. */
export function namedOf({ name, order, owner, place }: NameRecord, living: ReadonlySet<string>): NamedActor {
  const host = owner !== undefined && living.has(owner.epoch) ? owner.host : undefined;
  const running = place === undefined ? 'starting' : 'running';
  return {
    name,
    className: order.className,
    module: order.module,
    restart: order.options.restart ?? 'on-failure',
    state: host === undefined ? 'waiting' : running,
    host,
    pid: host === undefined ? undefined : place?.pid,
  };
}
