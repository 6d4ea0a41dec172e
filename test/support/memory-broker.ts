/**
 * Brokers in memory with virtual time, for seeded tests of the NATS transport's protocol. Random numbers decide which message is
 * lost, duplicated or late.
 */
import type { Broker, BrokerMessage, Clock, Hold, Link } from '../../transports/nats/broker.ts';
import { PeerWindows } from '../../transports/nats/peer-window.ts';

/** An integer from 0 to below `below`. */
export type Dice = (below: number) => number;

/** How many in a thousand messages suffer each fault. */
export interface Harm {
  readonly lost: number;
  readonly doubled: number;
  readonly late: number;
}

export const HARMLESS: Harm = { lost: 0, doubled: 0, late: 0 };

const LATENCY_MS = 1;
const LATE_MS = 400;

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

interface Subscription {
  readonly owner: MemoryBroker;
  readonly subject: string;
  readonly handler: (message: BrokerMessage) => void;
}

/** The world of one run: its time, and the server behind all of its brokers. */
export class MemoryWorld {
  harm: Harm;
  readonly dice: Dice;
  readonly subscriptions: Set<Subscription> = new Set();
  #now = 0;
  #order = 0;
  /** Sorted, the next one last. */
  readonly #events: Event[] = [];

  constructor(dice: Dice, harm: Harm = HARMLESS) {
    this.dice = dice;
    this.harm = harm;
  }

  get now(): number {
    return this.#now;
  }

  /** The number of pending events, including cancelled ones. */
  get pending(): number {
    return this.#events.length;
  }

  after(ms: number, run: () => void): () => void {
    const event: Event = { at: this.#now + ms, order: this.#order++, run, cancelled: false };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#events[middle];
      if (other !== undefined && (other.at > event.at || (other.at === event.at && other.order > event.order)))
        low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Runs the next event; `false` when there is none. */
  step(): boolean {
    const event = this.#events.pop();
    if (event === undefined) return false;
    if (event.cancelled) return true;
    this.#now = event.at;
    event.run();
    return true;
  }

  /** Runs events until `done`, or until `untilMs` of virtual time have passed. */
  async run(done: () => boolean, untilMs = 600_000): Promise<void> {
    const end = this.#now + untilMs;
    while (!done()) {
      if (this.#now > end || !this.step()) throw new Error(`at ${this.#now} ms what was waited for had not happened`);
      await Promise.resolve();
      await Promise.resolve();
    }
  }

  link(name: string, settings: ConstructorParameters<typeof MemoryLink>[2] = {}): MemoryLink {
    return new MemoryLink(this, name, settings);
  }
}

/** Runs in the process's own time, for suites without virtual time. */
export class RealTimeWorld extends MemoryWorld {
  override get now(): number {
    return performance.now();
  }

  override after(ms: number, run: () => void): () => void {
    if (ms <= LATENCY_MS) {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  }
}

/** One process's connection to the broker, which can be cut. */
export class MemoryBroker implements Broker {
  readonly maxPayloadBytes: number;
  readonly #world: MemoryWorld;
  readonly #watchers = new Set<(connected: boolean) => void>();
  #connected = true;

  constructor(world: MemoryWorld, maxPayloadBytes: number) {
    this.#world = world;
    this.maxPayloadBytes = maxPayloadBytes;
  }

  get connected(): boolean {
    return this.#connected;
  }

  set connected(connected: boolean) {
    if (this.#connected === connected) return;
    this.#connected = connected;
    for (const watcher of this.#watchers) watcher(connected);
  }

  publish(subject: string, payload: Uint8Array, reply = ''): void {
    if (!this.#connected) throw new Error('published although the broker is unavailable');
    if (payload.length > this.maxPayloadBytes) throw new Error('a payload is larger than the broker allows');
    const { dice, harm } = this.#world;
    const copy = Uint8Array.from(payload);
    if (dice(1000) < harm.lost) return;
    const copies = dice(1000) < harm.doubled ? 2 : 1;
    for (let count = 0; count < copies; count++) {
      const ms = dice(1000) < harm.late ? dice(LATE_MS) : LATENCY_MS;
      this.#world.after(ms, () => this.#passOn(subject, copy, reply));
    }
  }

  subscribe(subject: string, handler: (message: BrokerMessage) => void): () => void {
    const subscription = { owner: this, subject, handler };
    this.#world.subscriptions.add(subscription);
    return () => void this.#world.subscriptions.delete(subscription);
  }

  watch(listener: (connected: boolean) => void): () => void {
    this.#watchers.add(listener);
    return () => void this.#watchers.delete(listener);
  }

  async flush(): Promise<void> {
    await Promise.resolve();
  }

  #passOn(subject: string, payload: Uint8Array, reply: string): void {
    if (!this.#connected) return;
    const takers = [...this.#world.subscriptions].filter(
      (each) => each.owner.connected && matches(each.subject, subject),
    );
    for (const { handler } of takers) handler({ subject, payload, reply, nobody: false });
    if (takers.length > 0 || reply === '') return;
    for (const each of this.#world.subscriptions) {
      if (each.owner !== this || !matches(each.subject, reply)) continue;
      each.handler({ subject: reply, payload: new Uint8Array(0), reply: '', nobody: true });
    }
  }
}

/** A link over such a broker, which counts its holds on the process. */
export class MemoryLink implements Link {
  readonly broker: MemoryBroker;
  readonly clock: Clock;
  readonly hold: Hold;
  readonly settings: Link['settings'];
  readonly peers: PeerWindows = new PeerWindows();
  readonly process: string;
  readonly secured: boolean;
  holds = 0;

  constructor(
    world: MemoryWorld,
    name: string,
    settings: Partial<Link['settings']> & { readonly maxPayloadBytes?: number; readonly secured?: boolean },
  ) {
    const { maxPayloadBytes = 1024 * 1024, secured = false, ...rest } = settings;
    this.broker = new MemoryBroker(world, maxPayloadBytes);
    this.clock = {
      now: () => world.now,
      after: (ms, callback) => world.after(ms, callback),
      soon: (callback) => void world.after(0, callback),
    };
    this.hold = { acquire: () => void this.holds++, release: () => void this.holds-- };
    this.settings = { silenceMs: 30_000, outageMs: 60_000, firstNumber: 0, ...rest };
    this.secured = secured;
    this.process = Buffer.alloc(16, name).toString('base64url');
  }
}

function matches(pattern: string, subject: string): boolean {
  if (!pattern.includes('*')) return pattern === subject;
  const tokens = subject.split('.');
  const parts = pattern.split('.');
  return parts.length === tokens.length && parts.every((part, index) => part === '*' || part === tokens[index]);
}
