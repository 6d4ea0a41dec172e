import type { Authkey } from './authkey.ts';
import type { Limits } from '../seam/limits.ts';
import type { AddressInfo } from '../seam/transport.ts';

/** Connection settings for a known actor. */
export interface Route {
  readonly authkey: Authkey;
  /** The address at which this process reaches the actor; `undefined` if the actor's own addresses work. */
  readonly address: string | undefined;
  /** The user's limits; the others have their defaults. */
  readonly limits: Partial<Limits>;
  readonly keepAliveMs: number | undefined;
  /** Options for the transport. */
  readonly transport: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One address to try, with its settings. */
export interface Attempt extends Route {
  readonly address: string;
  /** Whether the address comes from this process's own code, rather than from a received proxy. */
  readonly told: boolean;
}

/** The maximum number of actors, and of addresses, that are remembered; the oldest are forgotten first. */
const MAX_ENTRIES = 4_096;

/** The order in which kinds of addresses are tried. */
const REACHES: readonly AddressInfo['reach'][] = ['machine', 'direct', 'relay'];

/**
 * The keys and addresses that this process has learnt by connecting and spawning: each actor's key, by its identity and by its
 * address, and the addresses that lead to another one from here. A proxy of the actor may arrive long after the connection to it
 * was closed.
 */
export class Keyring {
  readonly #infoOf: (address: string) => AddressInfo;
  readonly #byInstance = new Map<string, Route>();
  readonly #byAddress = new Map<string, Route>();

  /** @param infoOf - Classifies an address, by its transport. */
  constructor(infoOf: (address: string) => AddressInfo) {
    this.#infoOf = infoOf;
  }

  /** Remembers the settings for the process `instance`, and for any process named by one of `addresses`. */
  learn(instance: string, addresses: readonly string[], route: Route): void {
    remember(this.#byInstance, instance, route);
    for (const address of addresses) remember(this.#byAddress, address, route);
  }

  /** Forgets a process that has ended. Its identity will not reappear, but its addresses may. */
  forget(instance: string): void {
    this.#byInstance.delete(instance);
  }

  /**
   * Returns every way to reach a process that a token names, the most promising first: the way that worked before, captured
   * addresses, and the addresses in the token, with each key that may be the right one. Addresses inside a machine come first:
   * here they cost less than the network, and on another machine nothing listens there. Addresses of brokers come last.
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
