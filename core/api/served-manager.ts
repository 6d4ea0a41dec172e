import type { ActorServer } from './actor-server.ts';

/**
 * A manager that is served by this very process; what {@link BaseManager.getServer} gives, after
 * `BaseManager.get_server()` of Python.
 */
export class ServedManager {
  readonly #begin: () => Promise<ActorServer>;
  #server: Promise<ActorServer> | undefined;

  /** @internal Made by `getServer`. */
  constructor(begin: () => Promise<ActorServer>) {
    this.#begin = begin;
  }

  /** Begins to serve; a second call gives the same server. */
  start(): Promise<ActorServer> {
    this.#server ??= this.#begin();
    return this.#server;
  }

  /** Serves until the server is closed: by a signal with `handleSignals: true`, or by `close()` of {@link ServedManager.start}. */
  async serveForever(): Promise<void> {
    const server = await this.start();
    await server.closed;
  }
}
