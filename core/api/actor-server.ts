import { type ActorReport, actorReport } from '../runtime/actor-report.ts';
import { checkedTimeoutMs } from '../seam/call-options.ts';
import { Runtime } from '../runtime/runtime.ts';
import type { ServedActor } from '../process/actor/served-actor.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';

/** An actor that runs in this process, with the addresses at which clients reach it. `serve` resolves to it. */
export class ActorServer<Proxy extends ActorProxy = ActorProxy> implements AsyncDisposable {
  /** A proxy for this process. Its calls stay in the process and copy nothing. */
  readonly proxy: Proxy;
  /** The addresses in use, in the given order, with the chosen ports. */
  readonly addresses: readonly string[];
  /** Resolves when the server has been closed, for any reason. */
  readonly closed: Promise<void>;
  readonly #actor: ServedActor;
  #closing: Promise<void> | undefined;
  #resolveClosed: () => void = () => undefined;

  /** @internal Servers come from `serve`. */
  constructor(actor: ServedActor, proxy: Proxy, addresses: readonly string[]) {
    this.#actor = actor;
    this.proxy = proxy;
    this.addresses = addresses;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** The first of {@link ActorServer.addresses}. */
  get address(): string {
    return this.addresses[0] ?? '';
  }

  /** Returns a report on the process: its references and calls in progress. */
  report(): ActorReport {
    return actorReport(Runtime.current);
  }

  /**
   * Ends the actor: accepts no more connections, waits for calls in progress, runs the `shutdown` hook, closes the connections, and
   * releases {@link ActorServer.proxy}. The process continues, and exits when nothing else keeps it alive. A method of the actor
   * may call this but must not wait for it, because it waits for the method. A second call waits for the first.
   *
   * @param options.grace - How long the calls in progress, and then the hook, may take, in milliseconds. Default
   * `options.shutdownTimeout`.
   * @throws the error of the hook, after everything has ended.
   */
  close(options: { readonly grace?: number } = {}): Promise<void> {
    const { grace } = options;
    const graceMs = grace === undefined ? this.#actor.graceMs : checkedTimeoutMs(grace, 'the grace of close()');
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  /** {@link ActorServer.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(graceMs: number | undefined): Promise<void> {
    try {
      await this.#actor.end(graceMs);
    } finally {
      this.proxy[Symbol.dispose]();
      this.#resolveClosed();
    }
  }
}
