import type { ActorServer } from './actor-server.ts';

/**
 * A manager that is served by this process; {@link BaseManager.getServer} returns it. Corresponds to `BaseManager.get_server()` in
 * Python.
 */
export class ServedManager {
  readonly #begin: () => Promise<ActorServer>;
  #server: Promise<ActorServer> | undefined;

  /** @internal Served managers come from `getServer`. */
  constructor(begin: () => Promise<ActorServer>) {
    this.#begin = begin;
  }

  /** Starts serving; a second call returns the same server. */
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
