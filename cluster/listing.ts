import type { HostReport, Restart } from '../index.ts';
import type { SeenHost } from './seen-hosts.ts';
import type { NameRecord } from './records.ts';

/** A host of a cluster, as {@link Cluster.hosts} shows it. */
export interface ClusterHost extends HostReport {
  /** The host's id. */
  readonly id: string;
  /** The name of its machine. */
  readonly machine: string;
  /** Where the host listens. */
  readonly addresses: readonly string[];
  /** How long ago the host renewed its lease, in milliseconds. */
  readonly silentMs: number;
  /** Whether the host has not renewed its lease in time, and no other host was there to notice. */
  readonly lost: boolean;
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
  /**
   * `'waiting'`: no host has it at the moment. `'starting'`: its host is about to build it. `'lost'`: its host is lost, and no other host
   * was there to take it over.
   */
  readonly state: 'running' | 'starting' | 'waiting' | 'lost';
  /** The host that has it, or had it. */
  readonly host: string | undefined;
  /** The actor's process id on its host; `undefined` while it starts or restarts. */
  readonly pid: number | undefined;
}

export function hostOf(host: SeenHost): ClusterHost {
  const { id, machine, pid, endpoints, modules, labels, slots, free, draining, silentMs, lost } = host;
  return { id, machine, pid, addresses: endpoints, modules, labels, slots, free, draining, silentMs, lost };
}

/** @param host - The one whose lease the record names, if it is there. */
export function namedOf({ name, order, place }: NameRecord, host: SeenHost | undefined): NamedActor {
  const running = place === undefined ? 'starting' : 'running';
  const found = host?.lost ? 'lost' : running;
  return {
    name,
    className: order.className,
    module: order.module,
    restart: order.options.restart ?? 'on-failure',
    state: host === undefined ? 'waiting' : found,
    host: host?.id,
    pid: host === undefined || host.lost ? undefined : place?.pid,
  };
}
