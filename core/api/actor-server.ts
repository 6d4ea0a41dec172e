import { type ActorReport, actorReport } from '../runtime/actor-report.ts';
import { checkedTimeoutMs } from '../seam/call-options.ts';
import { Runtime } from '../runtime/runtime.ts';
import type { ServedActor } from '../process/actor/served-actor.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';

/** An actor that lives in this very process, and the places where others call it; what `serve` resolves to. */
export class ActorServer<Proxy extends ActorProxy = ActorProxy> implements AsyncDisposable {
  /** The actor as this process calls it: by messages that do not leave it, and copy nothing. */
  readonly proxy: Proxy;
  /** Where it listens, in the order in which the addresses were given, ports filled in. */
  readonly addresses: readonly string[];
  /** Resolves when the server has been closed, in whatever way. */
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

  /** What the process holds and has under way. */
  report(): ActorReport {
    return actorReport(Runtime.current);
  }

  /**
   * Ends the actor: nobody is let in any more, the calls under way end, the `shutdown` hook runs, and the connections are
   * closed, and {@link ActorServer.proxy} is released. The process goes on, and ends by itself when nothing else keeps it. A method of the actor may call this, but
   * must not wait for it, because it waits for the method. A second call waits for the first.
   *
   * @param options.grace - How long the calls under way, and after them the hook, may take, in milliseconds. Default
   * `options.shutdownTimeout`.
   * @throws what the hook threw, after everything has ended.
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
