import { MAX_TIMER_MS } from '../../core/seam/call-options.ts';
import { clearInterval, setInterval, type Timer } from '../../core/seam/environment.ts';
import { TransportError } from '../../core/seam/errors.ts';
import type { Hold, Link } from './broker.ts';
import { NatsBroker } from './nats-broker.ts';
import { type NatsOptions, natsOptions, settingsOf } from './options.ts';
import { PeerWindows } from './peer-window.ts';
import { realClock } from './real-clock.ts';
import { freshToken } from './subjects.ts';

/** One connection to the brokers of a cluster. */
interface OpenLink {
  readonly link: Link;
  readonly broker: NatsBroker;
}

/** The clusters that this process knows, with its connection to each one in use. */
export class Links {
  readonly #known = new Map<string, NatsOptions>();
  readonly #open = new Map<string, OpenLink>();
  readonly #process: string = freshToken();

  /**
   * Sets how a cluster is reached, from the next connection on.
   *
   * @throws {@link TransportError} when the cluster is in use with other options.
   */
  know(cluster: string, options: NatsOptions): void {
    const known = this.#known.get(cluster);
    if (known !== undefined && this.#open.has(cluster) && JSON.stringify(known) !== JSON.stringify(options)) {
      throw new TransportError(
        `This process already uses nats://${cluster}/ with other options: use the same options everywhere, or give this cluster another name.`,
      );
    }
    this.#known.set(cluster, options);
  }

  /**
   * Resolves to a connected link to a cluster.
   *
   * @param given - the user's options; the known ones are used where they are empty
   * @throws {@link TransportError} when the cluster is unknown, or no broker of it is available before the signal aborts.
   */
  async to(cluster: string, given: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Link> {
    const options = natsOptions(given, 'options.transport.nats');
    if (options !== undefined) this.know(cluster, options);
    const known = this.#known.get(cluster);
    if (known === undefined) {
      throw new TransportError(
        `This process does not know the brokers of nats://${cluster}/: give options.transport.nats.servers, or call ` +
          `setNatsBrokers('${cluster}', { servers: 'host:port' }) of uactor/transports/nats.`,
      );
    }
    const open = this.#open.get(cluster) ?? this.#begin(cluster, known);
    // Until then nothing else keeps the process alive.
    open.link.hold.acquire();
    try {
      await open.broker.ready(signal);
      return open.link;
    } finally {
      open.link.hold.release();
    }
  }

  #begin(cluster: string, options: NatsOptions): OpenLink {
    const broker = new NatsBroker(options, () => {
      if (this.#open.get(cluster)?.broker === broker) this.#open.delete(cluster);
    });
    const link: Link = {
      broker,
      clock: realClock,
      hold: new ProcessHold(),
      settings: settingsOf(options),
      peers: new PeerWindows(),
      process: this.#process,
      secured: options.encryption !== false,
    };
    const open = { link, broker };
    this.#open.set(cluster, open);
    return open;
  }
}

/**
 * A timer that keeps the process alive while it is held. The connection to the broker never does: nats.js would keep it alive for
 * good.
 */
class ProcessHold implements Hold {
  #holders = 0;
  #timer: Timer | undefined;

  acquire(): void {
    if (++this.#holders === 1) this.#timer = setInterval(() => undefined, MAX_TIMER_MS);
  }

  release(): void {
    if (--this.#holders > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
