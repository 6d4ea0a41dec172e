import type { CallerSession, CurrentCall } from '../current-call.ts';

/** A call of the peer that a method here is answering. */
export class InboundCall implements CurrentCall {
  readonly session: CallerSession;
  /** Made on first use: most methods never look at their signal. */
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(session: CallerSession) {
    this.session = session;
  }

  get caller(): string {
    return this.session.instance;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  /** The caller gave up, or is gone. */
  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }
}
