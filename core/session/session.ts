import type { CallOptions } from '../seam/call-options.ts';
import type { CallerSession } from '../references/current-call.ts';
import { permissionOf } from '../trust/dial-policy.ts';
import type { Exposure } from '../references/exposure.ts';
import { answersWith } from '../references/answers-with.ts';
import { ExposureBook } from '../references/exposure-book.ts';
import { ImportTable } from '../references/import-table.ts';
import { Ledger } from '../references/ledger.ts';
import type { Peer } from '../references/peer.ts';
import { type ReferenceSession, RemoteReference } from '../references/remote-reference.ts';
import { mergeEndpoints } from '../references/token.ts';
import { MessageAllowance } from '../seam/codec/message-allowance.ts';
import type { Connection, Receiver } from '../seam/transport.ts';
import { EndListeners } from './end-listeners.ts';
import { Framer } from './framer.ts';
import { InboundCalls } from './inbound-calls.ts';
import { KeepAlive } from './keep-alive.ts';
import { MessageReader } from './message-reader.ts';
import { CONTROL_ID, FLAG_COPY, Kind } from './message.ts';
import { type EndCause, OutboundCalls } from './outbound-calls.ts';
import { Outbox } from './outbox.ts';
import type { Farewell, Greeting } from './session-text.ts';
import { SessionExtensions } from './session-extensions.ts';
import type { SessionLoad } from './session-load.ts';
import { SessionMessages } from './session-messages.ts';
import type { SessionSetup } from './session-setup.ts';
import type { SessionState } from './session-state.ts';
import { clearTimeout, setTimeout, type Timer } from '../seam/environment.ts';

/** How long the other end may take to close after it was told to, in milliseconds. */
const LEAVE_MS = 1_000;

/**
 * One connection and everything that hangs on it: the calls of both sides, and the references that each holds of the
 * other's objects. Either side can call. Ending the session is all the cleaning up there is.
 */
export class Session implements Receiver, ReferenceSession, CallerSession {
  readonly label: string;
  readonly #setup: SessionSetup;
  readonly #connection: Connection;
  readonly #framer: Framer;
  readonly #outbox: Outbox;
  readonly #outbound: OutboundCalls;
  readonly #inbound: InboundCalls;
  readonly #ledger: Ledger;
  readonly #imports = new ImportTable();
  readonly #extensions: SessionExtensions;
  readonly #keepAlive: KeepAlive;
  readonly #control: RemoteReference;
  readonly #endListeners = new EndListeners();
  #peer: Peer;
  #state: SessionState = { is: 'open' };
  #farewell: Farewell | undefined;
  /** Until the peer has said its first word. */
  #greetingTimer: Timer | undefined;
  readonly #ended: Promise<EndCause>;
  #resolveEnded: (cause: EndCause) => void = () => undefined;

  constructor(setup: SessionSetup) {
    const { runtime, connection, limits, keepAliveMs, control } = setup;
    const { redactErrors = !connection.info.local } = setup;
    this.#setup = setup;
    this.label = setup.label;
    this.#peer = setup.peer;
    this.#connection = connection;
    this.#ledger = new Ledger(runtime.objects, limits.maxReferences);
    const exposures = new ExposureBook((text) => this.#outbox.exposure(text));
    const allowance = new MessageAllowance();
    this.#extensions = new SessionExtensions({
      runtime,
      allowance,
      session: this,
      ledger: this.#ledger,
      exposures,
      classOf: setup.classOf,
      permit: permissionOf(() => setup.dial ?? runtime.dialPolicy, connection.info, setup.authkey),
      maxClaims: limits.maxCallsInFlight,
      redactErrors,
    });
    const { maxDepth, maxNodes, maxMessageBytes } = limits;
    const codec = setup.serializer.open({
      extensions: this.#extensions,
      maxDepth,
      maxNodes,
      maxMessageBytes,
      charge: (bytes) => allowance.charge(bytes),
    });
    this.#outbox = new Outbox(connection, codec, this.#extensions, limits, {
      room: () => this.#inbound.drained(),
      tooSlow: () => this.end({ reason: 'slow consumer' }),
    });
    this.#outbound = new OutboundCalls(this.#outbox, limits, (wanted) => connection.keepAlive(wanted));
    const violation = (what: string): void => this.#violation(what);
    this.#inbound = new InboundCalls({
      outbox: this.#outbox,
      limits,
      redactErrors,
      caller: this,
      runtime,
      violation,
      pause: (paused) => this.#keepAlive.pause(paused),
      ended: () => runtime.settled(this),
    });
    this.#keepAlive = new KeepAlive({ connection, keepAliveMs, outbox: this.#outbox, violation });
    this.#control = new RemoteReference(this, CONTROL_ID, setup.peerControl);
    const messages = new SessionMessages({
      runtime,
      limits,
      outbound: this.#outbound,
      inbound: this.#inbound,
      ledger: this.#ledger,
      extensions: this.#extensions,
      exposures,
      control: { id: CONTROL_ID, ...control, target: control.object, held: 0, home: 0, sent: 0 },
      greeted: (greeting) => this.#greeted(greeting),
      pinged: () => this.#outbox.text(Kind.PONG),
      ponged: () => this.#keepAlive.ponged(),
      left: (farewell) => this.#left(farewell),
      violation,
      settled: () => runtime.settled(this),
    });
    const reader = new MessageReader(messages, codec, allowance);
    this.#framer = new Framer(
      limits.maxMessageBytes,
      (buffer, start, end) => reader.read(buffer, start, end),
      (bytes) => this.#violation(`a message of ${bytes} bytes (limits.maxMessageBytes is ${limits.maxMessageBytes})`),
    );
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** Starts talking. */
  start(): void {
    this.#setup.runtime.began(this);
    const { runtime, limits } = this.#setup;
    const greeting: Greeting = { endpoints: runtime.endpoints, maxCallsInFlight: limits.maxCallsInFlight };
    this.#outbox.text(Kind.HELLO, JSON.stringify(greeting));
    // An EXPOSURE goes ahead of everything that waits, and the arguments of the first call may bring one in this very turn.
    this.#outbox.flush();
    if (!this.#connection.info.authenticated) {
      this.#greetingTimer = setTimeout(() => this.#silent(limits.handshakeMs), limits.handshakeMs);
      this.#greetingTimer.unref();
    }
    this.#setup.attach(this);
    this.#keepAlive.start();
    if (this.#outbound.size === 0) this.#connection.keepAlive(false);
  }

  get peer(): Peer {
    return this.#peer;
  }

  get info(): Connection['info'] {
    return this.#connection.info;
  }

  /** Whether calls can be made. */
  get open(): boolean {
    return this.#state.is === 'open';
  }

  /** Resolves when the session is over, to what every call of it rejects with. */
  get ended(): Promise<EndCause> {
    return this.#ended;
  }

  /** The identity of the peer's process. */
  get instance(): string {
    return this.#peer.instance;
  }

  onEnd(listener: () => void): () => void {
    return this.#endListeners.add(listener);
  }

  /** Whether nobody holds or awaits anything over this session. */
  get idle(): boolean {
    return this.#imports.size === 0 && this.#ledger.references === 0 && this.#outbound.size + this.#inbound.size === 0;
  }

  /** What hangs on this session, for `stats()` and `debugInfo()`. */
  get load(): SessionLoad {
    return {
      calls: this.#outbound.size,
      running: this.#inbound.size,
      working: this.#inbound.working,
      imports: this.#imports.size,
      exports: this.#ledger.references,
      bytesQueued: this.#outbox.bytesQueued,
    };
  }

  /** How many references of each of this process's objects the peer holds. */
  held(): IterableIterator<{ id: number; count: number }> {
    return this.#ledger.counts();
  }

  call(
    reference: RemoteReference,
    operation: number,
    args: readonly unknown[],
    options: CallOptions | undefined,
  ): Promise<unknown> {
    return this.#outbound.call(reference, operation, 0, args, options);
  }

  callInBackground(reference: RemoteReference, operation: number, signal: AbortSignal): Promise<unknown> {
    return this.#outbound.call(reference, operation, 0, [], { background: true, signal });
  }

  copy(reference: RemoteReference, options: CallOptions | undefined): Promise<unknown> {
    return this.#outbound.call(reference, 0, FLAG_COPY, [], options);
  }

  /**
   * Expects a sign of life within `silenceMs`, over and over, until the function that is returned is called: a peer that
   * says nothing is given up.
   */
  watch(silenceMs: number): () => void {
    return this.#keepAlive.watch(silenceMs);
  }

  /** Calls the peer's process itself. */
  control<Result = unknown>(method: string, args: readonly unknown[] = [], options?: CallOptions): Promise<Result> {
    const result = this.call(this.#control, this.#control.exposure.methods.indexOf(method), args, options);
    answersWith<Result>(result);
    return result;
  }

  /** Claims the reference that `ticket` stands for at the peer. */
  claim(ticket: Uint8Array): Promise<unknown> {
    return this.#outbound.claim(ticket);
  }

  /** Has the peer hold its object `id` for whoever brings `ticket`. */
  grant(id: number, ticket: Uint8Array): void {
    this.#outbox.grant(id, ticket);
  }

  /** Counts a reference that arrived. */
  receive(id: number, exposure: Exposure): RemoteReference {
    let reference = this.#imports.get(id);
    if (reference === undefined) {
      reference = new RemoteReference(this, id, exposure);
      this.#imports.set(reference);
    }
    reference.received++;
    return reference;
  }

  giveBack(reference: RemoteReference): void {
    if (this.#imports.get(reference.id) !== reference) return;
    this.#imports.delete(reference.id);
    if (this.#state.is === 'open') this.#outbox.release(reference.id, reference.received);
    this.#setup.runtime.settled(this);
  }

  /** Says good-bye, sends what was written, and closes, at the latest after `leaveMs`. Idempotent. */
  end(farewell: Farewell, leaveMs: number = LEAVE_MS): void {
    if (this.#state.is !== 'open') return;
    this.#farewell ??= farewell;
    this.#outbox.text(Kind.END, JSON.stringify(farewell));
    this.#outbox.flushAll();
    this.#outbound.suspend();
    this.#state = { is: 'leaving', farewell };
    this.#connection.end();
    setTimeout(() => this.#connection.destroy(), leaveMs).unref();
  }

  /** Closes at once. Idempotent. */
  destroy(): void {
    this.#connection.destroy();
  }

  // What a Receiver is told.

  data(chunk: Uint8Array): void {
    this.#keepAlive.heard();
    this.#outbox.cork();
    this.#framer.push(chunk);
    this.#outbox.uncork();
  }

  drained(): void {
    this.#keepAlive.drained();
    this.#outbox.drained();
  }

  closed(cause?: Error): void {
    this.#state = { is: 'closed' };
    clearTimeout(this.#greetingTimer);
    this.#framer.stop();
    this.#outbox.close();
    this.#keepAlive.stop();
    this.#outbound.suspend();
    this.#inbound.end();
    this.#ledger.clear();
    this.#endListeners.tell();
    void this.#finish(cause ?? this.#keepAlive.lost);
  }

  async #finish(cause: Error | undefined): Promise<void> {
    const explained = await this.#setup.explain(this.#farewell, cause);
    this.#state = { is: 'over', cause: explained };
    this.#outbound.end(explained);
    this.#imports.clear();
    this.#resolveEnded(explained);
  }

  #greeted({ endpoints, maxCallsInFlight = Infinity }: Greeting): void {
    clearTimeout(this.#greetingTimer);
    this.#outbound.bound(maxCallsInFlight);
    this.#peer = { ...this.#peer, endpoints: mergeEndpoints(this.#peer.endpoints, endpoints) };
  }

  /** The peer proved itself and did not greet: it counts like one that did not finish the handshake. */
  #silent(handshakeMs: number): void {
    this.end({
      reason: 'protocol',
      message: `the other end did not greet within ${handshakeMs} ms (limits.handshakeMs)`,
    });
  }

  #left(farewell: Farewell): void {
    this.#farewell ??= farewell;
    this.#framer.stop();
    this.#outbound.suspend();
    this.#connection.end();
    // A process that said good-bye may hang before it closes.
    setTimeout(() => this.#connection.destroy(), LEAVE_MS).unref();
  }

  #violation(what: string): void {
    this.#framer.stop();
    this.end({ reason: 'protocol', message: `the other end broke the protocol: ${what}` });
  }
}
