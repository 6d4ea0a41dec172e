import type { Clock, ConnectionSettings } from './broker.ts';

/** How long a confirmation waits for DATA that can contain it, in milliseconds. */
const ACKNOWLEDGE_MS = 100;

/** How long the peer may leave something unconfirmed before a ping: at first, and at most, in milliseconds. */
const ASK_MS = { first: 250, most: 2_000 };

/** How long an idle peer may be silent before a ping, in milliseconds. */
const IDLE_MS = 5_000;

/** How long the peer may be away from the broker, in milliseconds. */
const ABSENT_MS = 5_000;

/** How long the peer may take to end after this end has, in milliseconds. */
const UNENDED_MS = 5_000;

/** The minimum time between repetitions of everything unconfirmed, in milliseconds. */
const RESEND_MS = 50;

/** The actions of a connection's timers. */
export interface TimedActions {
  /** Whether anything is unconfirmed, or waits for credit. */
  readonly isWaiting: () => boolean;
  readonly acknowledge: () => void;
  readonly ping: () => void;
  /** Called when the peer is gone, with the reason. */
  readonly lost: (reason: string) => void;
  /** Called when this end has ended, and the peer does not. */
  readonly unended: () => void;
}

/**
 * The timing of a connection: when to confirm, when to ping, and when to give up. A single timer, which is only set again to fire
 * sooner; when it fires, it checks what is due.
 */
export class ConnectionTimes {
  readonly #clock: Clock;
  readonly #settings: ConnectionSettings;
  readonly #actions: TimedActions;
  #heardAt: number;
  /** When this end last sent something to be confirmed, or the peer last confirmed something. */
  #progressAt: number;
  #askedAt: number;
  #resentFrom: number | undefined;
  #resentAt = Number.NEGATIVE_INFINITY;
  #askMs = ASK_MS.first;
  #acknowledgeAt: number | undefined;
  #absentSince: number | undefined;
  #awaySince: number | undefined;
  #endedAt: number | undefined;
  #wasWaiting = false;
  #firesAt = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(clock: Clock, settings: ConnectionSettings, connected: boolean, actions: TimedActions) {
    const now = clock.now();
    this.#clock = clock;
    this.#settings = settings;
    this.#actions = actions;
    this.#heardAt = now;
    this.#progressAt = now;
    this.#askedAt = now;
    this.#awaySince = connected ? undefined : now;
    // The first frame of this end tells the peer that it exists.
    this.oweAcknowledgement();
  }

  heard(): void {
    this.#heardAt = this.#clock.now();
    this.#absentSince = undefined;
  }

  /** Called when the peer has confirmed something, or given credit. */
  progressed(): void {
    this.#progressAt = this.#clock.now();
    this.#askMs = ASK_MS.first;
  }

  /** Called when a frame was sent, all of which contain a confirmation. */
  sent(): void {
    this.#acknowledgeAt = undefined;
  }

  oweAcknowledgement(): void {
    this.#acknowledgeAt ??= this.#clock.now() + ACKNOWLEDGE_MS;
    this.#fireAt(this.#acknowledgeAt);
  }

  /** Called when something was written, sent or confirmed. */
  changed(): void {
    const waiting = this.#actions.isWaiting();
    if (waiting && !this.#wasWaiting) this.progressed();
    this.#wasWaiting = waiting;
    this.#fireAt(this.#nextQuestion());
  }

  /** Called when the broker reports that the peer does not listen at present. */
  nobodyThere(): void {
    this.#absentSince ??= this.#clock.now();
    this.#fireAt(this.#nextQuestion());
  }

  /** Called when this end has ended, and the peer knows. */
  endConfirmed(): void {
    this.#endedAt ??= this.#clock.now();
    this.#fireAt(this.#endedAt + UNENDED_MS);
  }

  brokerIs(connected: boolean): void {
    const now = this.#clock.now();
    this.#awaySince = connected ? undefined : (this.#awaySince ?? now);
    this.#absentSince = undefined;
    if (this.#endedAt !== undefined) this.#endedAt = now;
    if (connected) {
      this.#heardAt = now;
      this.progressed();
      this.#ask(now);
    }
    this.#fireAt(now);
  }

  /** Whether to send everything again for a peer that misses the DATA `number`: not for each time that it says so. */
  mayResend(number: number): boolean {
    const now = this.#clock.now();
    if (number === this.#resentFrom && now - this.#resentAt < RESEND_MS) return false;
    this.#resentFrom = number;
    this.#resentAt = now;
    return true;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #fireAt(at: number): void {
    if (this.#stopped || at >= this.#firesAt) return;
    this.#cancel?.();
    this.#firesAt = at;
    this.#cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#fire());
  }

  #fire(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    this.#cancel = undefined;
    const now = this.#clock.now();
    if (this.#awaySince === undefined) this.#whileConnected(now);
    else if (now - this.#awaySince >= this.#settings.outageMs) this.#actions.lost('the broker did not return');
    else this.#fireAt(this.#awaySince + this.#settings.outageMs);
  }

  #whileConnected(now: number): void {
    if (now - this.#heardAt >= this.#settings.silenceMs) {
      this.#actions.lost(`it said nothing for ${this.#settings.silenceMs} ms`);
      return;
    }
    if (this.#absentSince !== undefined && now - this.#absentSince >= ABSENT_MS) {
      this.#actions.lost('its process has ended, or has lost the broker');
      return;
    }
    if (this.#endedAt !== undefined && now - this.#endedAt >= UNENDED_MS) {
      this.#actions.unended();
      return;
    }
    if (this.#acknowledgeAt !== undefined && now >= this.#acknowledgeAt) this.#actions.acknowledge();
    if (now >= this.#nextQuestion()) this.#ask(now);
    const next = [
      this.#nextQuestion(),
      this.#heardAt + this.#settings.silenceMs,
      this.#acknowledgeAt,
      this.#absentSince === undefined ? undefined : this.#absentSince + ABSENT_MS,
      this.#endedAt === undefined ? undefined : this.#endedAt + UNENDED_MS,
    ];
    this.#fireAt(Math.min(...next.map((at) => at ?? Number.POSITIVE_INFINITY)));
  }

  /** Returns when the peer must be pinged, if it sends nothing before. */
  #nextQuestion(): number {
    if (this.#absentSince !== undefined) return this.#askedAt + ASK_MS.first;
    if (this.#actions.isWaiting()) return Math.max(this.#progressAt, this.#askedAt) + this.#askMs;
    return Math.max(this.#heardAt, this.#askedAt) + IDLE_MS;
  }

  #ask(now: number): void {
    this.#askedAt = now;
    this.#askMs = Math.min(ASK_MS.most, this.#askMs * 2);
    this.#actions.ping();
  }
}
