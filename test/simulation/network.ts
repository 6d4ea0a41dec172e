import { SimConnection, type Surroundings, type WireOptions } from './connection.ts';
import type { Place } from './scheduler.ts';

/** A listener at a simulated address. */
interface Listening {
  readonly place: Place | undefined;
  readonly accept: (connection: SimConnection) => void;
}

/** A connection of the network, with both of its ends. */
export interface Link {
  readonly address: string;
  readonly ends: readonly [SimConnection, SimConnection];
  readonly places: readonly [Place | undefined, Place | undefined];
}

/** The parts of the network that the transport inside a simulated process uses. */
export interface NetworkAccess {
  /** @returns a function that stops listening; `undefined` when the address is in use. */
  listen(address: string, accept: (connection: SimConnection) => void): (() => void) | undefined;
  /** Resolves to `undefined` when there is no listener, or the signal aborts. */
  connect(address: string, signal: AbortSignal): Promise<SimConnection | undefined>;
  /** Returns a name that no other address has. */
  freshName(): string;
}

/** All listeners, and all connections to them. */
export class Network {
  readonly links: Set<Link> = new Set();
  readonly #around: Surroundings;
  readonly #listening = new Map<string, Listening>();
  /** Unreachable places: attempts to connect to them get no reply. */
  readonly #unreachable = new Set<Place>();
  #names = 0;
  /** The properties of connections that begin from now on. */
  options: WireOptions;
  onLink: ((link: Link) => void) | undefined;

  constructor(around: Surroundings, options: WireOptions = {}) {
    this.#around = around;
    this.options = options;
  }

  /** Returns the network as seen from one place. */
  accessFrom(place: Place | undefined): NetworkAccess {
    return {
      listen: (address, accept) => this.#listen(address, { place, accept }),
      connect: (address, signal) => this.#connect(address, place, signal),
      freshName: () => `p${++this.#names}`,
    };
  }

  /** Creates two connected ends without a listener, such as the pipe between an owner and its process. */
  pipe(name: string, left: Place | undefined, right: Place | undefined): readonly [SimConnection, SimConnection] {
    const info = { peer: 'pipe', local: true, encrypted: true, authenticated: true };
    const ends = SimConnection.pair(this.#around, this.options, [
      { info, place: left },
      { info, place: right },
    ]);
    this.#enter({ address: name, ends, places: [left, right] });
    return ends;
  }

  /** Sets whether attempts to connect to a place get a reply. */
  reachable(place: Place, reachable: boolean): void {
    if (reachable) this.#unreachable.delete(place);
    else this.#unreachable.add(place);
  }

  /** Called when the process of a place has ended: closes its connections and listeners like the system. */
  abandon(place: Place): void {
    for (const [address, { place: where }] of this.#listening) if (where === place) this.#listening.delete(address);
    for (const link of this.linksOf(place)) {
      for (const [index, end] of link.ends.entries()) if (link.places[index] === place) end.abandon();
    }
  }

  /** Returns the open connections of a place. */
  linksOf(place: Place): readonly Link[] {
    this.#forgetClosed();
    return [...this.links].filter(({ places }) => places.includes(place));
  }

  #forgetClosed(): void {
    for (const link of this.links) if (link.ends.every((end) => end.isClosed)) this.links.delete(link);
  }

  #listen(address: string, listening: Listening): (() => void) | undefined {
    if (this.#listening.has(address)) return undefined;
    this.#listening.set(address, listening);
    return () => {
      if (this.#listening.get(address) === listening) this.#listening.delete(address);
    };
  }

  #connect(address: string, place: Place | undefined, signal: AbortSignal): Promise<SimConnection | undefined> {
    const { scheduler, random } = this.#around;
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve(undefined);
        return;
      }
      const giveUp = (): void => {
        attempt.cancelled = true;
        resolve(undefined);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      const [least, most] = this.options.latencyMs ?? [0.05, 0.5];
      const attempt = scheduler.after(least + random.next() * (most - least), place, () => {
        const listening = this.#listening.get(address);
        if (listening?.place !== undefined && this.#unreachable.has(listening.place)) return;
        signal.removeEventListener('abort', giveUp);
        if (listening === undefined || listening.place?.state === 'gone') {
          resolve(undefined);
          return;
        }
        const local = !address.startsWith('tcp://');
        const common = { local, encrypted: true, authenticated: false, ...(local ? {} : { ip: '127.0.0.1' }) };
        const ends = SimConnection.pair(this.#around, this.options, [
          { info: { ...common, peer: address }, place },
          { info: { ...common, peer: address }, place: listening.place },
        ]);
        this.#enter({ address, ends, places: [place, listening.place] });
        scheduler.after(0, listening.place, () => listening.accept(ends[1]));
        resolve(ends[0]);
      });
    });
  }

  #enter(link: Link): void {
    if (this.links.size > 64) this.#forgetClosed();
    this.links.add(link);
    this.onLink?.(link);
  }
}
