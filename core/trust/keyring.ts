import type { Authkey } from './authkey.ts';
import type { Limits } from '../seam/limits.ts';
import type { AddressInfo } from '../seam/transport.ts';

/** How actors are spoken to that were met by their address and key. */
export interface Route {
  readonly authkey: Authkey;
  /** The address that reaches the actor from here; `undefined` where the addresses that it names itself are as good. */
  readonly address: string | undefined;
  /** What the user asked for; the rest is by default. */
  readonly limits: Partial<Limits>;
  readonly keepAliveMs: number | undefined;
  /** Options for the transport. */
  readonly transport: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One way to try. */
export interface Attempt extends Route {
  readonly address: string;
  /** Whether this process was told of the address by its own code, and not by a received proxy. */
  readonly told: boolean;
}

/** How many actors, and how many addresses, are remembered; those met longest ago are forgotten first. */
const MAX_ENTRIES = 4_096;

/** In which order the ways to an actor are tried. */
const REACHES: readonly AddressInfo['reach'][] = ['machine', 'direct', 'relay'];

/**
 * What this process has learnt by connecting and spawning: which key an actor has, by its identity and by its address,
 * and which addresses lead elsewhere from here. A proxy of the actor may arrive at any time later, when no connection
 * to it is open any more.
 */
export class Keyring {
  readonly #infoOf: (address: string) => AddressInfo;
  readonly #byInstance = new Map<string, Route>();
  readonly #byAddress = new Map<string, Route>();

  /** @param infoOf - Asks the transport of an address what it is. */
  constructor(infoOf: (address: string) => AddressInfo) {
    this.#infoOf = infoOf;
  }

  /** Remembers how the process of identity `instance` is spoken to, and whoever is named by one of `addresses`. */
  learn(instance: string, addresses: readonly string[], route: Route): void {
    remember(this.#byInstance, instance, route);
    for (const address of addresses) remember(this.#byAddress, address, route);
  }

  /** The process has ended: its identity will not be met again, its addresses may. */
  forget(instance: string): void {
    this.#byInstance.delete(instance);
  }

  /**
   * Every way to a process that a token names, the most promising first: as it was reached before, by way of addresses
   * that were captured, and at the addresses in the token, there with each key that may be the right one. Among these
   * the ones inside a machine come first: here they cost less than the network, and on another machine nothing listens there.
   * Those that go through a broker come last.
   */
  attempts(instance: string, endpoints: readonly string[], own: Route): readonly Attempt[] {
    const known = this.#byInstance.get(instance);
    const attempts: Attempt[] = [];
    const add = (route: Route | undefined, address: string | undefined = route?.address): void => {
      if (route === undefined || address === undefined) return;
      const doubled = attempts.some((other) => other.address === address && other.authkey.equals(route.authkey));
      const told = address === route.address || this.#byAddress.has(address);
      if (!doubled) attempts.push({ ...route, address, told });
    };
    add(known);
    for (const endpoint of endpoints) add(this.#byAddress.get(endpoint));
    for (const endpoint of endpoints.toSorted((one, other) => this.#rank(one) - this.#rank(other))) {
      add(known, endpoint);
      add(this.#byAddress.get(endpoint), endpoint);
      add(own, endpoint);
    }
    return attempts;
  }

  #rank(address: string): number {
    return REACHES.indexOf(this.#infoOf(address).reach);
  }
}

function remember(routes: Map<string, Route>, name: string, route: Route): void {
  routes.delete(name);
  routes.set(name, route);
  for (const oldest of routes.keys()) {
    if (routes.size <= MAX_ENTRIES) break;
    routes.delete(oldest);
  }
}
