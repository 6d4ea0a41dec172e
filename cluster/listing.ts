import type { HostReport, Restart } from '../index.ts';
import type { NameRecord } from './records.ts';
import type { SeenHost } from './seen-hosts.ts';

/** A host of a cluster, as {@link Cluster.hosts} reports it. */
export interface ClusterHost extends HostReport {
  /** The host's id. */
  readonly id: string;
  /** The name of its machine. */
  readonly machine: string;
  /** The addresses at which the host listens. */
  readonly addresses: readonly string[];
  /** The time since the host renewed its lease, in milliseconds. */
  readonly silentMs: number;
  /** Whether the host did not renew its lease in time, and no other host was available to notice. */
  readonly lost: boolean;
}

/** A name of a cluster, as {@link Cluster.names} reports it. */
export interface NamedActor {
  /** The actor's name in the cluster. */
  readonly name: string;
  /** The class's name. */
  readonly className: string;
  /** The name of the class's module: its file name without folder and extension. */
  readonly module: string;
  /** When the cluster restarts the actor. */
  readonly restart: Restart;
  /**
   * `'waiting'`: no host has the name. `'starting'`: its host is about to construct the actor. `'lost'`: its host is lost, and no
   * other host was available to take the name over.
   */
  readonly state: 'running' | 'starting' | 'waiting' | 'lost';
  /** The id of the host that has or had the name. */
  readonly host: string | undefined;
  /** The actor's process id on its host; `undefined` while it starts or restarts. */
  readonly pid: number | undefined;
}

export function hostOf(host: SeenHost): ClusterHost {
  const { id, machine, pid, endpoints, modules, labels, slots, free, draining, silentMs, lost } = host;
  return { id, machine, pid, addresses: endpoints, modules, labels, slots, free, draining, silentMs, lost };
}

/** @param host - The host whose lease the record names, if it exists. */
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
