import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { random } from '../../core/seam/environment.ts';
import { TransportError } from '../../core/seam/errors.ts';
import type { Broker, BrokerMessage } from './broker.ts';
import { connectOnce } from './nats-client.ts';
import type { NatsOptions } from './options.ts';
import { realClock } from './real-clock.ts';

/**
 * The delay before another attempt to reach the broker: at first, and at most, in milliseconds. Randomised, so that many
 * processes do not return at once.
 */
const RETRY_MS = { first: 100, most: 500 };

/** The broker's reply when a subject has no subscriber. */
const NOBODY = 503;

/** A subscription, which is renewed with each connection. */
interface Subscribed {
  readonly subject: string;
  readonly handler: (message: BrokerMessage) => void;
  current: Subscription | undefined;
}

type State =
  | { readonly kind: 'away' }
  | { readonly kind: 'there'; readonly connection: NatsConnection }
  | { readonly kind: 'closed' };

/**
 * A NATS broker, or a cluster of them. It reconnects for ever while there are subscriptions; without any, it closes, and calls
 * `unused`.
 */
export class NatsBroker implements Broker {
  readonly #options: NatsOptions;
  readonly #unused: () => void;
  readonly #subscriptions = new Set<Subscribed>();
  readonly #watchers = new Set<(connected: boolean) => void>();
  /** Settles with the first attempt. */
  readonly #first: Promise<void>;
  #state: State = { kind: 'away' };
  #maxPayloadBytes = 0;
  #retries = 0;

  constructor(options: NatsOptions, unused: () => void) {
    this.#options = options;
    this.#unused = unused;
    this.#first = this.#dial();
    // The waiting callers are notified.
    this.#first.catch(() => this.#close());
  }

  get connected(): boolean {
    return this.#state.kind === 'there';
  }

  get maxPayloadBytes(): number {
    return this.#maxPayloadBytes;
  }

  /**
   * Resolves when the broker was reached once.
   *
   * @throws {@link TransportError} when the first attempt fails, or takes until the signal aborts.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    try {
      await (signal === undefined ? this.#first : unlessAborted(this.#first, signal));
    } catch (error) {
      if (error instanceof TransportError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new TransportError(`No NATS broker could be reached at ${String(this.#options.servers)}: ${why}.`, {
        cause: error,
      });
    }
  }

  publish(subject: string, payload: Uint8Array, reply?: string): void {
    if (this.#state.kind !== 'there' || this.#state.connection.isClosed()) return;
    this.#state.connection.publish(subject, payload, reply === undefined ? undefined : { reply });
  }

  subscribe(subject: string, handler: (message: BrokerMessage) => void): () => void {
    const subscribed: Subscribed = { subject, handler, current: undefined };
    this.#subscriptions.add(subscribed);
    if (this.#state.kind === 'there') subscribeTo(this.#state.connection, subscribed);
    return () => {
      if (!this.#subscriptions.delete(subscribed)) return;
      subscribed.current?.unsubscribe();
      this.#closeIfUnused();
    };
  }

  async flush(): Promise<void> {
    if (this.#state.kind !== 'there') return;
    try {
      const { connection } = this.#state;
      // If the connection is closed meanwhile, because there are no subscriptions left, its flush never settles.
      await Promise.race([connection.flush(), connection.closed()]);
    } catch {
      // The connection broke: the broker is unavailable.
    }
  }

  watch(listener: (connected: boolean) => void): () => void {
    this.#watchers.add(listener);
    return () => void this.#watchers.delete(listener);
  }

  async #dial(): Promise<void> {
    const connection = await connectOnce(this.#options);
    if (this.#state.kind === 'closed') {
      await connection.close();
      return;
    }
    this.#retries = 0;
    this.#maxPayloadBytes = connection.info?.max_payload ?? this.#maxPayloadBytes;
    this.#state = { kind: 'there', connection };
    for (const subscribed of this.#subscriptions) subscribeTo(connection, subscribed);
    void connection.closed().then(() => this.#broken());
    this.#tell(true);
    // The caller may have given up meanwhile.
    this.#closeIfUnused();
  }

  /** Closes in a later turn, so that code that is about to subscribe can do so. */
  #closeIfUnused(): void {
    realClock.soon(() => {
      if (this.#subscriptions.size === 0) this.#close();
    });
  }

  #broken(): void {
    if (this.#state.kind !== 'there') return;
    this.#state = { kind: 'away' };
    this.#tell(false);
    this.#dialLater();
  }

  #dialLater(): void {
    const mostMs = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(this.#retries++, 16));
    realClock.after(mostMs * (0.5 + random() / 2), () => {
      if (this.#state.kind === 'closed') return;
      this.#dial().catch(() => this.#dialLater());
    });
  }

  #tell(connected: boolean): void {
    for (const watcher of this.#watchers) watcher(connected);
  }

  #close(): void {
    if (this.#state.kind === 'closed') return;
    const before = this.#state;
    this.#state = { kind: 'closed' };
    this.#unused();
    if (before.kind === 'there') void before.connection.close();
  }
}

function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('it did not answer in time', { cause: signal.reason }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function subscribeTo(connection: NatsConnection, subscribed: Subscribed): void {
  if (connection.isClosed()) return;
  subscribed.current = connection.subscribe(subscribed.subject, {
    callback: (error, message) => {
      if (error === null) subscribed.handler(messageOf(message));
    },
  });
}

function messageOf(message: Msg): BrokerMessage {
  const { subject, reply = '', data } = message;
  return { subject, reply, payload: data, nobody: data.length === 0 && message.headers?.code === NOBODY };
}
