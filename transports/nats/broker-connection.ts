import { ConnectionLostError, TransportError } from '../../core/seam/errors.ts';
import type { Connection, ConnectionInfo, Receiver } from '../../core/seam/transport.ts';
import type { Broker, BrokerMessage, Clock, ConnectionSettings, Hold, Link } from './broker.ts';
import { ConnectionTimes } from './connection-times.ts';
import { ahead, type Frame, Kind, makeFrame, readFrame, stamp } from './frame.ts';
import type { PeerWindow } from './peer-window.ts';
import { ReceiveSide } from './receive-side.ts';
import { SendSide } from './send-side.ts';

/** How many bytes may wait before `write` returns `false`. */
const HIGH_WATER_BYTES: number = 256 * 1024;

/** How long a closed connection replies to a peer that does not know it, in milliseconds. */
const LINGER_MS = 1_000;

/** The parts of a connection. */
export interface BrokerConnectionOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly hold: Hold;
  readonly settings: ConnectionSettings;
  readonly peer: PeerWindow;
  readonly info: ConnectionInfo;
  /** The subjects of its frames and of the peer's, which are passed to {@link BrokerConnection.arrive}. */
  readonly subjects: { readonly send: string; readonly receive: string };
  /** Called when the connection needs no further frames. */
  readonly forgotten: () => void;
}

/** The states of a connection, in order; some may be skipped. */
type State =
  | { readonly kind: 'created' }
  | { readonly kind: 'open'; readonly receiver: Receiver; readonly ended?: (() => void) | undefined }
  /** Closed. `cause` is for a receiver that is set later; `reset` says whether the peer's requests are answered with RESET. */
  | { readonly kind: 'closed'; readonly cause: Error | undefined; readonly reset: boolean };

/** One end of a connection over a broker; `docs/nats.md` describes the frames. */
export class BrokerConnection implements Connection {
  readonly info: ConnectionInfo;
  readonly #options: BrokerConnectionOptions;
  readonly #sending: SendSide;
  readonly #receiving: ReceiveSide;
  readonly #times: ConnectionTimes;
  readonly #unwatch: () => void;
  #state: State = { kind: 'created' };
  #paused = false;
  #delivering = false;
  #holds = false;
  #owesDrained = false;
  /** Whether the receiver knows that everything of the peer has arrived. */
  #saidEnd = false;
  /** The number for which MISSING was sent: once is enough, unless the peer asks. */
  #missed: number | undefined;

  constructor(options: BrokerConnectionOptions) {
    const { broker, clock, settings, info, peer } = options;
    this.info = info;
    this.#options = options;
    this.#receiving = new ReceiveSide(settings.firstNumber);
    this.#sending = new SendSide({
      firstNumber: settings.firstNumber,
      maxPayloadBytes: broker.maxPayloadBytes,
      peer,
      publish: (frame) => this.#publish(frame),
      retry: () => this.#pump(),
    });
    this.#times = new ConnectionTimes(clock, settings, broker.connected, {
      isWaiting: () => this.#sending.isWaiting,
      acknowledge: () => this.#tell(Kind.acknowledgement),
      ping: () => this.#tell(Kind.ping),
      lost: (reason) => this.#lost(reason),
      unended: () => this.#close(undefined, true),
    });
    this.#unwatch = broker.watch((connected) => {
      if (this.#state.kind === 'closed') return;
      this.#times.brokerIs(connected);
      this.#pump();
    });
    this.#hold(true);
  }

  get bytesQueued(): number {
    return this.#sending.writtenBytes;
  }

  /**
   * @param ended - called when everything of the peer has arrived; the caller then calls {@link BrokerConnection.end} itself.
   * Without it, the end of one direction is also that of the other
   */
  open(receiver: Receiver, ended?: () => void): void {
    if (this.#state.kind === 'closed') {
      this.#tellClosed(receiver, this.#state.cause);
      return;
    }
    this.#state = { kind: 'open', receiver, ended };
    this.#options.clock.soon(() => this.#deliver());
  }

  redirect(receiver: Receiver): void {
    if (this.#state.kind === 'open') this.#state = { ...this.#state, receiver };
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#state.kind !== 'open' || this.#sending.isEnding) return true;
    this.#sending.write(chunks);
    this.#pump();
    if (this.#sending.writtenBytes <= HIGH_WATER_BYTES && this.#options.broker.connected) return true;
    if (this.#sending.writtenBytes === 0) return true;
    this.#owesDrained = true;
    return false;
  }

  pause(): void {
    if (this.#state.kind !== 'open') return;
    // It must receive the rest of the peer's data, if no other code does.
    if (!this.#sending.isEnding || this.#state.ended !== undefined) this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#options.clock.soon(() => this.#deliver());
  }

  hold(wanted: boolean): void {
    if (this.#state.kind !== 'closed' && !this.#sending.isEnding) this.#hold(wanted);
  }

  end(): void {
    if (this.#state.kind !== 'open' || this.#sending.isEnding) return;
    this.#sending.end();
    // The process must wait for the peer.
    this.#hold(true);
    if (this.#state.ended === undefined) this.resume();
    this.#pump();
  }

  destroy(): void {
    this.#close(undefined, true);
  }

  /** Handles a message to its subject. */
  arrive(message: BrokerMessage): void {
    if (message.nobody) {
      if (this.#state.kind !== 'closed') this.#nobodyThere();
      return;
    }
    const frame = readFrame(message.payload);
    if (frame === undefined) return;
    if (this.#state.kind === 'closed') this.#answerLate(frame, this.#state.reset);
    else this.#handle(frame);
  }

  #handle(frame: Frame): void {
    this.#times.heard();
    if (frame.kind === Kind.reset) {
      this.#deliver(true);
      this.#close(undefined, false);
      return;
    }
    if (frame.kind === Kind.data && !this.#take(frame)) return;
    if (this.#sending.confirm(frame.expected, frame.credit)) this.#times.progressed();
    if (frame.kind === Kind.missing && this.#times.mayResend(frame.expected)) this.#sending.resend();
    if (frame.kind === Kind.ping) this.#answer(frame.number);
    this.#pump();
    this.#deliver();
    this.#times.changed();
  }

  /** Handles a DATA; `false` when that ended the connection. */
  #take(frame: Frame): boolean {
    const arrival = this.#receiving.arrive(frame);
    if (arrival === 'excess') {
      const what = `${this.info.peer} sent more than allowed: it is not uactor, or another version of it.`;
      this.#close(new TransportError(what), true);
      return false;
    }
    if (arrival !== 'early') this.#times.oweAcknowledgement();
    else if (this.#missed !== this.#receiving.expected) this.#tell(Kind.missing);
    return true;
  }

  /** Replies to a ping of a peer whose next DATA has that number. */
  #answer(number: number): void {
    this.#tell(ahead(number, this.#receiving.expected) > 0 ? Kind.missing : Kind.acknowledgement);
  }

  /** Delivers data that arrived; `all` of it at the last opportunity. */
  #deliver(all = false): void {
    if (this.#delivering) return;
    this.#delivering = true;
    while (this.#state.kind === 'open') {
      const chunk = all || !this.#paused ? this.#receiving.take() : undefined;
      if (chunk === undefined) break;
      this.#state.receiver.data(chunk);
    }
    this.#delivering = false;
    if (this.#state.kind !== 'open') return;
    if (this.#receiving.owesCredit) this.#tell(Kind.acknowledgement);
    if (!this.#receiving.isDone) return;
    if (this.#state.ended === undefined) this.end();
    else if (!this.#saidEnd) this.#state.ended();
    this.#saidEnd = true;
    if (!this.#sending.isDone) return;
    this.#tell(Kind.acknowledgement);
    this.#close(undefined, false);
  }

  #pump(): void {
    const { broker } = this.#options;
    if (this.#state.kind !== 'open' || !broker.connected) return;
    this.#sending.pump();
    this.#times.changed();
    if (this.#sending.isDone) this.#times.endConfirmed();
    if (!this.#owesDrained || this.#sending.writtenBytes > 0) return;
    this.#owesDrained = false;
    // Never within a call to `write`.
    this.#options.clock.soon(() => {
      // Bytes written meanwhile may wait again.
      if (this.#state.kind === 'open' && !this.#owesDrained) this.#state.receiver.drained();
    });
  }

  /** Sends a frame without a payload. */
  #tell(kind: typeof Kind.acknowledgement | typeof Kind.missing | typeof Kind.ping): void {
    if (!this.#options.broker.connected) return;
    if (kind === Kind.missing) this.#missed = this.#receiving.expected;
    const frame = makeFrame(kind, 0, this.#sending.next, 0);
    this.#publish(frame, kind === Kind.ping ? this.#options.subjects.receive : undefined);
  }

  #publish(frame: Buffer, reply?: string): void {
    stamp(frame, this.#receiving);
    this.#receiving.tell();
    this.#times.sent();
    this.#options.broker.publish(this.#options.subjects.send, frame, reply);
  }

  #nobodyThere(): void {
    // This end had sent and received everything; it only lacks the confirmation of its end.
    if (this.#receiving.isDone && this.#sending.onlyLacksEnd) this.#close(undefined, false);
    else this.#times.nobodyThere();
  }

  #lost(reason: string): void {
    this.#deliver(true);
    const inOrder = this.#receiving.isDone && this.#sending.onlyLacksEnd;
    const cause = inOrder
      ? undefined
      : new ConnectionLostError(`The connection to ${this.info.peer} is lost: ${reason}.`);
    this.#close(cause, true);
  }

  #close(cause: Error | undefined, reset: boolean): void {
    const { broker, clock, subjects, forgotten } = this.#options;
    if (this.#state.kind === 'closed') return;
    if (reset && broker.connected) broker.publish(subjects.send, makeFrame(Kind.reset, 0, 0, 0));
    const { kind } = this.#state;
    if (this.#state.kind === 'open') this.#tellClosed(this.#state.receiver, cause);
    this.#state = { kind: 'closed', cause, reset };
    this.#times.stop();
    this.#unwatch();
    this.#sending.discard();
    this.#receiving.discard();
    if (kind === 'created') this.#hold(false);
    clock.after(LINGER_MS, forgotten);
  }

  #tellClosed(receiver: Receiver, cause: Error | undefined): void {
    this.#options.clock.soon(() => {
      this.#hold(false);
      receiver.closed(cause);
    });
  }

  /** Replies to a peer that does not know that this end has closed. */
  #answerLate(frame: Frame, reset: boolean): void {
    if (frame.kind !== Kind.data && frame.kind !== Kind.ping) return;
    const kind = reset ? Kind.reset : Kind.acknowledgement;
    this.#publish(makeFrame(kind, 0, this.#sending.next, 0));
  }

  #hold(wanted: boolean): void {
    if (this.#holds === wanted) return;
    this.#holds = wanted;
    if (wanted) this.#options.hold.acquire();
    else this.#options.hold.release();
  }
}

/** Creates a connection to another process over a link. It counts in that process's window until it is forgotten. */
export function connectionOver(
  { broker, clock, hold, settings, peers }: Link,
  process: string,
  { peer, subjects, forgotten }: Pick<BrokerConnectionOptions, 'subjects' | 'forgotten'> & { readonly peer: string },
): BrokerConnection {
  return new BrokerConnection({
    broker,
    clock,
    hold,
    settings,
    peer: peers.acquire(process),
    info: { peer, local: false, encrypted: false, authenticated: false, resumes: true },
    subjects,
    forgotten: () => {
      peers.release(process);
      forgotten();
    },
  });
}
