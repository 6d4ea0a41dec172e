import type { CallOptions, InternalCallOptions } from '../seam/call-options.ts';
import type { CallerSession } from '../references/current-call.ts';
import { type Exposure, ExposureBook, mergeEndpoints } from '../references/exposure.ts';
import { answersWith, type Peer, type ReferenceSession, RemoteReference } from '../references/reference.ts';
import { Deadlines } from '../references/waiting.ts';
import { Imports, Ledger } from '../references/ledger.ts';
import { asBuffer } from '../seam/codec/carried-classes.ts';
import { MessageAllowance } from '../seam/codec/budget.ts';
import { limitsFor } from '../seam/limits.ts';
import type { Extensions } from '../seam/serializer.ts';
import type { Connection, Receiver } from '../seam/transport.ts';
import { EndListeners, type EndCause, SessionLife, SessionHold } from './session-life.ts';
import { type BufferedShare, Turns } from './flow-control.ts';
import { InboundCalls } from './inbound-calls.ts';
import { KeepAlive, GreetingTimer, SlowSenderTimer } from './peer-timers.ts';
import { MessageReader } from './message-reader.ts';
import { CONTROL_ID, FLAG_COPY, Kind } from './message.ts';
import { OutboundCalls } from './outbound-calls.ts';
import { Outbox } from './outbox.ts';
import { cannotEncode, type Farewell, type Greeting, greetingOf, SessionTerms } from './session-terms.ts';
import { SessionMessages } from './session-messages.ts';
import { ExtensionReader } from './extension-reader.ts';
import { ExtensionWriter } from './extension-writer.ts';
import type { SessionLoad } from './session-load.ts';
import { openCodec } from './session-codec.ts';
import type { SessionSetup } from './session-setup.ts';
import { sessionChannel, traceSession } from './session-trace.ts';
import { setTimeout } from '../seam/environment.ts';

/** How long the peer may take to close after it received END, in milliseconds. */
const LEAVE_MS = 1_000;

/** One connection with its calls and references, of both sides. Either side can call. Ending the session is the only cleanup. */
export class Session implements Receiver, ReferenceSession, CallerSession {
  readonly label: string;
  readonly terms: SessionTerms;
  readonly #setup: SessionSetup;
  readonly #connection: Connection;
  readonly #reader: MessageReader;
  readonly #slowSender: SlowSenderTimer;
  readonly #share: BufferedShare;
  readonly #outbox: Outbox;
  readonly #outbound: OutboundCalls;
  readonly #inbound: InboundCalls;
  readonly #ledger: Ledger;
  /** The peer's objects that this process holds, by their id at the peer. */
  readonly #imports: Imports;
  readonly #keepAlive: KeepAlive;
  #observed = false;
  readonly #control: RemoteReference;
  readonly #endListeners = new EndListeners();
  readonly #deadlines = new Deadlines();
  readonly #life = new SessionLife();
  #peer: Peer;
  readonly #turns = new Turns();
  readonly #hold: SessionHold;
  #farewell: Farewell | undefined;
  readonly #greetingTimer: GreetingTimer;
  #resolveEnded: (cause: EndCause) => void = () => undefined;
  readonly #ended = new Promise<EndCause>((resolve) => {
    this.#resolveEnded = resolve;
  });

  constructor(setup: SessionSetup) {
    const { runtime, connection, keepAliveMs, control, redactErrors = !connection.info.local } = setup;
    const limits = limitsFor(setup.limits, connection.info.local);
    this.#setup = setup;
    this.label = setup.label;
    this.#peer = setup.peer;
    this.#connection = connection;
    this.terms = new SessionTerms(limits, setup);
    this.#hold = new SessionHold(connection);
    this.#greetingTimer = new GreetingTimer(limits.handshakeMs, (message) => this.end({ reason: 'protocol', message }));
    this.#ledger = new Ledger(runtime.objects, limits.maxReferences);
    this.#imports = new Imports(this, limits.maxReferences);
    const exposures = new ExposureBook({
      describe: (text) => this.#outbox.text(Kind.EXPOSURE, text),
      kept: (bytes) => this.#share.keep('described', bytes),
    });
    const allowance = new MessageAllowance();
    const shared = { runtime, session: this, ledger: this.#ledger, exposures };
    const writer = new ExtensionWriter({
      ...shared,
      maxMessageBytes: limits.maxMessageBytes,
      redactErrors,
      serializer: setup.serializer.name,
    });
    const reader = new ExtensionReader({
      ...shared,
      allowance,
      classOf: setup.classOf,
      terms: this.terms,
      deadlines: this.#deadlines,
    });
    const extensions: Extensions = {
      replace: (value, carries) => writer.replace(value, carries),
      revive: (extension) => reader.revive(extension),
    };
    const codec = openCodec(setup.serializer, extensions, limits, allowance);
    this.#share = runtime.buffered.share({
      evictable: !connection.info.authenticated,
      pressed: () => this.#outbox.pressed(),
      evicted: (message) => this.end({ reason: 'overloaded', message }),
    });
    this.#outbox = new Outbox(connection, codec, writer, limits, this.#share, {
      room: () => this.#turns.useRoom(this.#inbound, this.#outbound),
      tooSlow: () => this.end({ reason: 'slow consumer' }),
    });
    const violation = (what: string): void => this.#violation(what);
    this.#outbound = new OutboundCalls({
      outbox: this.#outbox,
      limits,
      deadlines: this.#deadlines,
      hold: (wanted) => (this.#life.open ? this.#hold.want(wanted) : this.#hold.outlive(wanted)),
      extensions: reader,
      idle: () => {
        if (this.#imports.size === 0) runtime.settled(this);
      },
      violation,
    });
    this.#inbound = new InboundCalls({
      outbox: this.#outbox,
      share: this.#share,
      limits,
      ledger: this.#ledger,
      control: { id: CONTROL_ID, ...control, target: control.object, held: 0, home: 0, sent: 0, lent: false },
      extensions: reader,
      allowance,
      redactErrors,
      caller: this,
      runtime,
      violation,
      unable: (error) => this.refuse(cannotEncode(setup.serializer.name, error)),
      // While the peer holds references, the end of a call changes nothing for the process.
      ended: () => {
        if (this.#ledger.references === 0) runtime.settled(this);
      },
    });
    this.#keepAlive = new KeepAlive({ connection, keepAliveMs, outbox: this.#outbox, violation });
    this.#control = new RemoteReference(this, CONTROL_ID, setup.peerControl);
    const messages = new SessionMessages({
      runtime,
      limits,
      outbound: this.#outbound,
      inbound: this.#inbound,
      ledger: this.#ledger,
      extensions: reader,
      exposures,
      greeted: (greeting) => this.#greeted(greeting),
      pinged: () => this.#outbox.text(Kind.PONG),
      ponged: () => this.#keepAlive.ponged(),
      left: (farewell) => this.#left(farewell),
      violation,
      settled: () => runtime.settled(this),
    });
    const told = { calls: this.#inbound, replies: this.#outbound, control: messages };
    this.#reader = new MessageReader({ ...told, codec, allowance, maxBytes: limits.maxMessageBytes });
    const watched = { reader: this.#reader, share: this.#share, trusted: connection.info.authenticated };
    this.#slowSender = new SlowSenderTimer({ ...watched, limits, expired: violation });
  }

  start(): void {
    this.#setup.runtime.began(this);
    if (sessionChannel.hasSubscribers) traceSession(this.#setup, this.#ended, () => this.#farewell);
    this.#outbox.text(Kind.HELLO, JSON.stringify(greetingOf(this.terms.limits, this.#setup.runtime.endpoints)));
    // The greeting must be written first: the arguments of a first call in this turn may cause an EXPOSURE, which overtakes
    // waiting messages.
    this.#outbox.flush();
    if (!this.#connection.info.authenticated) this.#greetingTimer.start();
    this.#setup.attach(this);
    this.#keepAlive.start();
    this.#hold.want(this.#outbound.wanted);
  }

  get peer(): Peer {
    return this.#peer;
  }

  get info(): Connection['info'] {
    return this.#connection.info;
  }

  get open(): boolean {
    return this.#life.open;
  }

  get ended(): Promise<EndCause> {
    return this.#ended;
  }

  /** The name of the session's serializer. */
  get serializer(): string {
    return this.#setup.serializer.name;
  }

  /** Whether the session ended because it was unused; messages that this end sent meanwhile had no effect. */
  get endedIdle(): boolean {
    return this.#farewell?.reason === 'idle';
  }

  get instance(): string {
    return this.#peer.instance;
  }

  onEnd(listener: () => void): () => void {
    return this.#endListeners.add(listener);
  }

  /** Called when code waits for the session's end: the session then does not end as idle. */
  observe(): void {
    this.#observed = true;
  }

  /** Whether neither end holds a reference or waits for a call over this session. */
  get idle(): boolean {
    if (this.#observed || this.#imports.size > 0 || this.#ledger.references > 0) return false;
    return this.#outbound.size + this.#inbound.size === 0;
  }

  /** The session's part of `stats()` and `debugInfo()`. */
  get load(): SessionLoad {
    return {
      calls: this.#outbound.size,
      waiting: this.#outbound.waiting,
      running: this.#inbound.size,
      working: this.#inbound.working,
      imports: this.#imports.size,
      exports: this.#ledger.references,
      bytesQueued: this.#outbox.bytesQueued,
      bytesWaiting: this.#inbound.waiting.bytes,
      bytesReceiving: this.#reader.cut?.bytes ?? 0,
    };
  }

  /** Yields the objects of this process that the peer holds, with the numbers of references. */
  held(): IterableIterator<{ id: number; count: number }> {
    return this.#ledger.counts();
  }

  call(
    reference: RemoteReference,
    operation: number,
    args: readonly unknown[],
    options: InternalCallOptions | undefined,
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
   * Requires the peer to send something within `silenceMs`, repeatedly, until the returned function is called. Otherwise ends the
   * session.
   */
  watch(silenceMs: number): () => void {
    return this.#keepAlive.watch(silenceMs);
  }

  control<T = unknown>(method: string, args: readonly unknown[] = [], options?: InternalCallOptions): Promise<T> {
    const result = this.call(this.#control, this.#control.exposure.methods.indexOf(method), args, options);
    answersWith<T>(result);
    return result;
  }

  /** Claims the reference of `ticket` from the peer, within this many milliseconds. */
  claim(ticket: Uint8Array, timeoutMs: number): Promise<unknown> {
    return this.#outbound.claim(ticket, timeoutMs);
  }

  /** Makes the peer hold its object `id` for the process that presents `ticket`. */
  grant(id: number, ticket: Uint8Array): void {
    this.#outbox.grant(id, ticket);
  }

  receive(id: number, exposure: Exposure): RemoteReference {
    return this.#imports.receive(id, exposure);
  }

  giveBack(reference: RemoteReference, count: number): void {
    if (!this.#imports.giveBack(reference, count)) return;
    if (this.#life.open) this.#outbox.release(reference.id, count);
    this.#setup.runtime.settled(this);
  }

  /** Sends the waiting messages and END, and closes, at the latest after `leaveMs`. Idempotent. */
  end(farewell: Farewell, leaveMs: number = LEAVE_MS): void {
    if (this.#outbox.busy) {
      this.#outbox.afterwards(() => this.end(farewell, leaveMs));
      return;
    }
    if (!this.#life.step({ is: 'ending', farewell })) return;
    this.#farewell ??= farewell;
    this.#outbox.end(JSON.stringify(farewell));
    this.#suspend();
    this.#connection.end();
    setTimeout(() => this.#connection.destroy(), leaveMs).unref();
  }

  /** Closes the connection at once. Idempotent. */
  destroy(): void {
    this.#connection.destroy();
  }

  data(chunk: Uint8Array): void {
    this.read(asBuffer(chunk), chunk.byteLength);
  }

  /** Without a buffer, the bytes were written to the wanted memory. */
  read(buffer: Buffer | undefined, bytes: number): void {
    this.#keepAlive.heard = true;
    this.#outbox.cork();
    if (buffer === undefined) this.#reader.filled(bytes);
    else this.#reader.push(buffer, bytes);
    if (this.#slowSender.watching || this.#reader.cut !== undefined) this.#slowSender.check();
    this.#outbox.uncork();
  }

  get wanted(): Uint8Array | undefined {
    return this.#reader.wanted;
  }

  filled(bytes: number): void {
    this.read(undefined, bytes);
  }

  drained(): void {
    this.#keepAlive.drained();
    this.#outbox.drained();
  }

  closed(cause?: Error): void {
    if (!this.#life.step({ is: 'closed' })) return;
    this.#greetingTimer.stop();
    this.#reader.stop();
    this.#outbox.close();
    this.#slowSender.stop();
    this.#keepAlive.stop();
    this.#suspend();
    this.#inbound.end();
    this.#ledger.clear();
    this.#endListeners.tell();
    void this.#finish(cause ?? this.#keepAlive.lost);
  }

  async #finish(cause: Error | undefined): Promise<void> {
    const explained = await this.#setup.explain(this.#farewell, cause);
    this.#life.step({ is: 'over', cause: explained });
    this.#outbound.end(explained);
    this.#imports.clear();
    this.#resolveEnded(explained);
  }

  #greeted({ endpoints, maxCallsInFlight = Infinity, argumentBytes = Infinity, ...bounds }: Greeting): void {
    this.#greetingTimer.stop();
    this.#outbox.bound(bounds.maxMessageBytes, bounds.maxNodes);
    this.#ledger.bound(bounds.maxReferences);
    this.#outbound.bound(maxCallsInFlight, argumentBytes, bounds.metadata === true);
    this.#peer = { ...this.#peer, endpoints: mergeEndpoints(this.#peer.endpoints, endpoints) };
    this.#setup.greeted?.();
  }

  #left(farewell: Farewell): void {
    this.#life.step({ is: 'left', farewell });
    this.#farewell ??= farewell;
    this.#reader.stop();
    this.#suspend();
    this.#connection.end();
    // A process may hang between END and closing.
    setTimeout(() => this.#connection.destroy(), LEAVE_MS).unref();
  }

  /** Stops sending: calls wait until the cause of the session's end is known, and keep the process alive until then. */
  #suspend(): void {
    this.#outbound.suspend();
    this.#hold.outlive(this.#outbound.wanted);
  }

  /** Ends the session, and ignores everything else that the peer sends. */
  refuse(farewell: Farewell): void {
    this.#reader.stop();
    this.end(farewell);
  }

  #violation(what: string): void {
    this.refuse({ reason: 'protocol', message: `the other end broke the protocol: ${what}` });
  }
}
