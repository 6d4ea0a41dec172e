import type { Clock, ConnectionSettings } from './broker.ts';

/** How long a confirmation waits for DATA to travel with. */
const ACKNOWLEDGE_MS = 100;

/** How long the other end may leave something unconfirmed before it is asked: at first, and at most. */
const ASK_MS = { first: 250, most: 2_000 };

/** How long an idle other end may be silent before it is asked. */
const IDLE_MS = 5_000;

/** How long the other end may be away from the broker. */
const ABSENT_MS = 5_000;

/** How long the other end may take to be done after this one is. */
const UNENDED_MS = 5_000;

/** How soon everything unconfirmed may be sent once more. */
const RESEND_MS = 50;

/** What the times of a connection make it do. */
export interface TimedActions {
  /** Whether something is unconfirmed, or waits for credit. */
  readonly isWaiting: () => boolean;
  readonly acknowledge: () => void;
  readonly ping: () => void;
  /** The other end is gone, for that reason. */
  readonly lost: (reason: string) => void;
  /** This end is done, and the other one does not get done. */
  readonly unended: () => void;
}

/**
 * Everything about a connection that is a matter of time: when to confirm, when to ask, and when to give up. One timer, which is set again
 * only to fire sooner; what is due is looked up when it fires.
 */
export class ConnectionTimes {
  readonly #clock: Clock;
  readonly #settings: ConnectionSettings;
  readonly #actions: TimedActions;
  #heardAt: number;
  /** Something was sent that has to be confirmed, or the other end confirmed something. */
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
    // The first word of this end tells the other one that it is there.
    this.oweAcknowledgement();
  }

  heard(): void {
    this.#heardAt = this.#clock.now();
    this.#absentSince = undefined;
  }

  /** The other end has confirmed something, or given credit. */
  progressed(): void {
    this.#progressAt = this.#clock.now();
    this.#askMs = ASK_MS.first;
  }

  /** Whatever was sent carried a confirmation. */
  sent(): void {
    this.#acknowledgeAt = undefined;
  }

  oweAcknowledgement(): void {
    this.#acknowledgeAt ??= this.#clock.now() + ACKNOWLEDGE_MS;
    this.#fireAt(this.#acknowledgeAt);
  }

  /** Something was written, sent or confirmed. */
  changed(): void {
    const waiting = this.#actions.isWaiting();
    if (waiting && !this.#wasWaiting) this.progressed();
    this.#wasWaiting = waiting;
    this.#fireAt(this.#nextQuestion());
  }

  /** The broker says that the other end does not listen at the moment. */
  nobodyThere(): void {
    this.#absentSince ??= this.#clock.now();
    this.#fireAt(this.#nextQuestion());
  }

  /** This end is done, and the other one knows. */
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

  /** Whether to send everything again for an end that misses the DATA `number`: not for each time that it says so. */
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
    else if (now - this.#awaySince >= this.#settings.outageMs) this.#actions.lost('the broker did not come back');
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

  /** When the other end has to be asked, if it does not speak before. */
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
