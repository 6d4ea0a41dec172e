/**
 * What the protocol of this transport needs from its surroundings: a broker that passes messages on, a clock, and something that keeps the
 * process alive. `nats-broker.ts` is a broker of NATS; tests bring one in memory, which loses, doubles and delays.
 */

/** A message that the broker delivered. */
export interface BrokerMessage {
  readonly subject: string;
  /** Where the sender wants to be answered; empty when it does not. */
  readonly reply: string;
  readonly payload: Uint8Array;
  /** Whether this is the broker's word that nobody subscribes to the subject of a message that had this one as its `reply`. */
  readonly nobody: boolean;
}

/** Passes messages on, each at most once, and may be away for a while. */
export interface Broker {
  /** Whether it is there now. While it is away, what is published is lost. */
  readonly connected: boolean;
  /** The largest payload that it passes on. */
  readonly maxPayloadBytes: number;
  /** Sends `payload` to all who subscribe to `subject`. With `reply`, the broker says there when nobody does. Keeps no view of `payload`. */
  publish(subject: string, payload: Uint8Array, reply?: string): void;
  /** Calls `handler` for each message to `subject`, a token of which may be `*`, until the function that is returned is called. */
  subscribe(subject: string, handler: (message: BrokerMessage) => void): () => void;
  /** Resolves when the broker has taken in what was said to it before, or is away. */
  flush(): Promise<void>;
  /** Calls `listener` whenever the broker comes or goes, until the function that is returned is called. */
  watch(listener: (connected: boolean) => void): () => void;
}

/** Time, in milliseconds, and what is to be done later. None of it keeps the process alive. */
export interface Clock {
  now(): number;
  /** Calls `callback` after `ms`, unless the function that is returned is called before. */
  after(ms: number, callback: () => void): () => void;
  /** Calls `callback` in a later turn of the event loop. */
  soon(callback: () => void): void;
}

/** Keeps the process alive as long as it was acquired more often than released. */
export interface Hold {
  acquire(): void;
  release(): void;
}

/** How patient connections are, and where their numbers begin. */
export interface ConnectionSettings {
  /** A peer that says nothing for so long, while the broker is there, is lost. */
  readonly silenceMs: number;
  /** A broker that is away for so long does not come back. */
  readonly outageMs: number;
  /** The number of the first frame and of the first byte, which both ends must agree on. */
  readonly firstNumber: number;
}
