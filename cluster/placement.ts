import {
  type ActorHost,
  type ActorProxy,
  AuthkeyError,
  type Host,
  HostError,
  type SpawnOrder,
  UActorError,
} from '../index.ts';
import type { HostRecord } from './records.ts';
import type { SeenHost } from './seen-hosts.ts';

/** Connects to a host of the cluster while `use` runs. */
export type WithHost = <T>(host: HostRecord, use: (met: Host) => Promise<T>) => Promise<T>;

/** Spawns an actor on one of several hosts, which are tried in turn, those with the most free slots first. */
export class Placement implements ActorHost {
  readonly name: string;
  readonly #hosts: readonly SeenHost[];
  readonly #withHost: WithHost;

  constructor(namespace: string, hosts: readonly SeenHost[], withHost: WithHost) {
    this.name = `the cluster '${namespace}'`;
    this.#hosts = hosts;
    this.#withHost = withHost;
  }

  async place(order: SpawnOrder): Promise<ActorProxy> {
    const { label = {} } = order.options;
    const fitting = this.#hosts.filter(
      ({ draining, labels }) => !draining && Object.entries(label).every(([key, value]) => labels[key] === value),
    );
    // A lost host may be back: after an outage of the brokers, all are silent for a moment.
    const inTurn = fitting.toSorted((one, other) => Number(one.lost) - Number(other.lost) || other.free - one.free);
    const refusals: { readonly host: string; readonly error: UActorError }[] = [];
    for (const [index, host] of inTurn.entries()) {
      try {
        const others = index < inTurn.length - 1;
        return await this.#withHost(host, async (met) => await met.place({ ...order, others }));
      } catch (error) {
        if (!(error instanceof UActorError) || error.executed !== 'no' || isFinal(error)) throw error;
        if (order.options.spawnSignal?.aborted) throw error;
        refusals.push({ host: host.id, error });
      }
    }
    const [only] = refusals;
    if (refusals.length === 1 && only !== undefined) throw only.error;
    throw this.#noHost(order, refusals);
  }

  #noHost(
    { name, options: { label } }: SpawnOrder,
    refusals: readonly { readonly host: string; readonly error: UActorError }[],
  ): HostError {
    const cause = new AggregateError(refusals.map(({ error }) => error));
    const all = this.#hosts
      .map(({ id, labels, free, lost }) => `${id} (${lost ? 'lost' : `${free} free`}, ${JSON.stringify(labels)})`)
      .join(', ');
    const wanted = label === undefined ? '' : ` with the labels ${JSON.stringify(label)}`;
    const said = refusals.map(({ host, error }) => `${host}: ${error.message}`).join('; ');
    const why = said === '' ? `it has ${all === '' ? 'no hosts' : all}` : said;
    return new HostError(`${this.name} has no host${wanted} that takes ${name}: ${why}`, { code: 'NO_HOST', cause });
  }
}

/** Whether any other host would give the same error. */
function isFinal(error: UActorError): boolean {
  return error instanceof AuthkeyError || (error instanceof HostError && error.code === 'NAME_TAKEN');
}
