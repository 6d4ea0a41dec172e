/**
 * The parts that this transport's protocol needs: a broker that passes messages on, a clock, and a hold on the process.
 * `nats-broker.ts` is a NATS broker; tests use one in memory that loses, duplicates and delays messages.
 */
import type { PeerWindows } from './peer-window.ts';

/** A message that the broker delivered. */
export interface BrokerMessage {
  readonly subject: string;
  /** The subject for replies; empty if the sender expects none. */
  readonly reply: string;
  readonly payload: Uint8Array;
  /** Whether this is the broker's notice that the subject of a message, which had this one as its `reply`, has no subscriber. */
  readonly nobody: boolean;
}

/** Passes messages on, each at most once. It may be unavailable for a while. */
export interface Broker {
  /** Whether it is available. Messages published while it is not are lost. */
  readonly connected: boolean;
  /** The maximum payload. */
  readonly maxPayloadBytes: number;
  /**
   * Sends `payload` to all subscribers of `subject`. With `reply`, the broker sends a notice there when there are none. Does not
   * keep `payload`.
   */
  publish(subject: string, payload: Uint8Array, reply?: string): void;
  /** Calls `handler` for each message to `subject`, in which one token may be `*`. Returns a function that ends this. */
  subscribe(subject: string, handler: (message: BrokerMessage) => void): () => void;
  /** Resolves when the broker has processed all earlier requests, or is unavailable. */
  flush(): Promise<void>;
  /** Calls `listener` whenever the broker becomes available or unavailable. Returns a function that ends this. */
  watch(listener: (connected: boolean) => void): () => void;
}

/** Time in milliseconds, and timers, which do not keep the process alive. */
export interface Clock {
  now(): number;
  /** Calls `callback` after `ms`. Returns a function that cancels this. */
  after(ms: number, callback: () => void): () => void;
  /** Calls `callback` in a later turn of the event loop. */
  soon(callback: () => void): void;
}

/** Keeps the process alive as long as it was acquired more often than released. */
export interface Hold {
  acquire(): void;
  release(): void;
}

/** The time limits of connections, and their first number. */
export interface ConnectionSettings {
  /** How long a peer may be silent while the broker is available; then it counts as lost. */
  readonly silenceMs: number;
  /** How long a broker may be unavailable; then it counts as lost. */
  readonly outageMs: number;
  /** The number of the first frame and of the first byte, which must be equal at both ends. */
  readonly firstNumber: number;
}

/** This process's connection to the brokers of one cluster, with everything that its connections share. */
export interface Link {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly hold: Hold;
  readonly settings: ConnectionSettings;
  readonly peers: PeerWindows;
  /** The process's name for its peers, 22 characters; windows are counted per process. */
  readonly process: string;
  /** Whether the bytes of connections go through TLS with the authkey. */
  readonly secured: boolean;
}
