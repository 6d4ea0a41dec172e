import { isIP } from 'node:net';
import { inspect, types } from 'node:util';
import { TransportError } from '../seam/errors.ts';
import type { Connection, ConnectionInfo, Receiver } from '../seam/transport.ts';
import { described } from '../seam/codec/codec-faults.ts';
import { guarded, shownText } from '../values/error-text.ts';
import { setImmediate } from '../seam/environment.ts';

/** The methods that every connection has. */
const METHODS = ['open', 'write', 'pause', 'resume', 'hold', 'end', 'destroy'] as const;

/** The maximum size of a channel binding: its length is one byte in the handshake. */
const MAX_BINDING_BYTES = 255;

/** The states, in order; some may be skipped. */
type State =
  | { readonly kind: 'created' }
  | { readonly kind: 'open'; readonly receiver: Receiver }
  /** The transport broke its contract; the receiver is told in a later turn, after it was passed. */
  | { readonly kind: 'faulty'; readonly fault: TransportError; readonly receiver: Receiver | undefined }
  | { readonly kind: 'closed' };

/**
 * A connection of a transport that is not part of the library. Whatever breaks the contract of `core/seam/transport.ts`, such as a
 * method that throws or a chunk that is not bytes, ends this connection with a {@link TransportError} that names it, instead of
 * reaching the core or the transport's own event handlers, where it would end the process.
 */
export class CheckedConnection implements Connection {
  readonly #inner: Connection;
  readonly #scheme: string;
  readonly #failed: (fault: TransportError) => void;
  #state: State = { kind: 'created' };
  #info: { readonly from: unknown; readonly checked: ConnectionInfo } | undefined;
  /** The number of the transport's methods that are running: it must not report the end from within one. */
  #calls = 0;
  /** Set while `write` runs: whether it has reported already that the bytes were sent. */
  #drained: boolean | undefined;

  /**
   * @param connection - What the transport returned, or passed to `accept`.
   * @param failed - Called with the first fault.
   */
  constructor(connection: Connection, scheme: string, failed: (fault: TransportError) => void = () => undefined) {
    this.#failed = failed;
    this.#inner = connection;
    this.#scheme = scheme;
    if (!isObject(connection)) {
      this.#fail(`it made ${shown(connection)}, which is not a connection`);
      return;
    }
    const missing = METHODS.find((name) => this.#get(name, () => !isFunction(this.#inner[name])));
    if (missing === undefined) void this.info;
    else this.#fail(`a connection has no method ${missing}()`);
  }

  /** The first fault of the transport; `undefined` while there is none. */
  get fault(): TransportError | undefined {
    return this.#state.kind === 'faulty' ? this.#state.fault : undefined;
  }

  get info(): ConnectionInfo {
    const from = this.#get('info', () => this.#inner.info);
    if (this.#info === undefined || (from !== undefined && from !== this.#info.from)) {
      this.#info = { from, checked: this.#get('info', () => this.#checkedInfo(from)) ?? this.#noInfo };
    }
    return this.#info.checked;
  }

  get bytesQueued(): number {
    if (this.#state.kind !== 'open') return 0;
    const bytes: unknown = this.#get('bytesQueued', () => this.#inner.bytesQueued);
    if (typeof bytes === 'number' && bytes >= 0) return bytes;
    this.#fail(`bytesQueued is ${shown(bytes)} instead of a number of bytes`);
    return 0;
  }

  get settled(): boolean {
    return this.#get('settled', () => this.#inner.settled) === true;
  }

  get heard(): boolean {
    return this.#get('heard', () => this.#inner.heard) === true;
  }

  open(receiver: Receiver): void {
    if (this.#state.kind === 'faulty') {
      this.#state = { ...this.#state, receiver };
      setImmediate(() => this.#close(this.fault));
      return;
    }
    this.#state = { kind: 'open', receiver };
    this.#call('open', () => this.#inner.open(this.#receiver));
    void this.bytesQueued; // The core rarely needs it; a fault is found at once.
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#state.kind !== 'open') return true;
    this.#drained = false;
    const taken: unknown = this.#call('write', () => this.#inner.write(chunks));
    const drained = this.#drained;
    this.#drained = undefined;
    // The core would take a report from within `write` for one about earlier bytes, and then wait for another one.
    if (typeof taken === 'boolean') return taken || drained;
    this.#fail(`write() returned ${shown(taken)} instead of true or false`);
    return true;
  }

  redirect(receiver: Receiver): void {
    if (this.#state.kind === 'open') this.#state = { kind: 'open', receiver };
  }

  pause(): void {
    this.#call('pause', () => this.#inner.pause());
  }

  resume(): void {
    this.#call('resume', () => this.#inner.resume());
  }

  hold(wanted: boolean): void {
    this.#call('hold', () => this.#inner.hold(wanted));
  }

  end(): void {
    this.#call('end', () => this.#inner.end());
  }

  destroy(): void {
    this.#call('destroy', () => this.#inner.destroy());
  }

  /** The receiver of the transport's events. */
  readonly #receiver: Receiver = withWanted(() => this.#wanted, {
    data: (chunk: unknown) => {
      if (this.#state.kind !== 'open') return;
      if (types.isUint8Array(chunk)) this.#state.receiver.data(chunk);
      else this.#fail(`data() got ${typeof chunk === 'string' ? 'a text' : shown(chunk)} instead of a Uint8Array`);
    },
    read: (buffer, bytes) => {
      if (this.#state.kind !== 'open') return;
      const { receiver } = this.#state;
      if (!types.isUint8Array(buffer) || !isCount(bytes, buffer.length)) {
        this.#fail(`read() got ${shown(bytes)} bytes of ${shown(buffer)}`);
      } else if (receiver.read) receiver.read(buffer, bytes);
      else receiver.data(buffer.subarray(0, bytes));
    },
    filled: (bytes) => {
      if (this.#state.kind !== 'open') return;
      const { receiver } = this.#state;
      if (isCount(bytes, receiver.wanted?.length ?? 0)) receiver.filled?.(bytes);
      else this.#fail(`filled() got ${shown(bytes)} instead of a number of wanted bytes`);
    },
    drained: () => {
      if (this.#drained !== undefined) this.#drained = true;
      else if (this.#state.kind === 'open') this.#state.receiver.drained();
    },
    closed: (cause?: unknown) => {
      if (this.#state.kind !== 'open') return;
      const reason = cause === undefined || cause === null ? undefined : this.#asError(cause);
      if (this.#calls > 0) setImmediate(() => this.#close(reason));
      else this.#close(reason);
    },
  });

  get #wanted(): Uint8Array | undefined {
    return this.#state.kind === 'open' ? this.#state.receiver.wanted : undefined;
  }

  #close(cause: Error | undefined): void {
    const state = this.#state;
    if (state.kind === 'closed' || state.kind === 'created') return;
    this.#state = { kind: 'closed' };
    state.receiver?.closed(cause);
  }

  /** Runs a method of the transport, unless it is faulty: its connection was destroyed then. */
  #call<T>(name: string, method: () => T): T | undefined {
    if (this.#state.kind === 'faulty') return undefined;
    this.#calls++;
    try {
      const result = method();
      if (types.isPromise(result)) result.then(undefined, (error: unknown) => this.#threw(name, error));
      return result;
    } catch (error) {
      this.#threw(name, error);
      return undefined;
    } finally {
      this.#calls--;
    }
  }

  #get<T>(name: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.#threw(name, error);
      return undefined;
    }
  }

  #threw(name: string, error: unknown): void {
    this.#fail(`${name} of a connection threw ${shownText(error)}`, error);
  }

  /** Ends the connection. Its receiver learns of it in a later turn, because the fault may occur in one of the core's calls. */
  #fail(what: string, cause?: unknown): void {
    const state = this.#state;
    if (state.kind === 'faulty' || state.kind === 'closed') return;
    const fault = faultOf(this.#scheme, what, cause);
    this.#state = { kind: 'faulty', fault, receiver: state.kind === 'open' ? state.receiver : undefined };
    try {
      this.#inner.destroy();
    } catch {
      // It is faulty already, and may not have the method.
    }
    if (state.kind === 'open') setImmediate(() => this.#close(fault));
    this.#failed(fault);
  }

  #asError(cause: unknown): Error {
    if (cause instanceof Error || types.isNativeError(cause)) return cause;
    return faultOf(this.#scheme, `closed() got ${shown(cause)} instead of an error`, cause);
  }

  get #noInfo(): ConnectionInfo {
    return { peer: `${this.#scheme}://`, local: false, encrypted: false, authenticated: false };
  }

  #checkedInfo(info: ConnectionInfo | undefined): ConnectionInfo | undefined {
    const isInfo = isObject(info);
    const fault = isInfo ? faultOfInfo(info) : `the info of a connection is ${shown(info)} instead of an object`;
    if (fault !== undefined) this.#fail(fault);
    if (fault !== undefined || !isInfo) return undefined;
    const { peer, ip, local, encrypted, authenticated, resumes = false, keyed = false } = info;
    const checked: ConnectionInfo = {
      peer,
      ...(ip !== undefined && { ip }),
      local,
      encrypted,
      authenticated,
      resumes,
      keyed,
    };
    // The channel may be known only later.
    return Object.defineProperty(checked, 'channelBinding', { get: () => this.#binding(() => info.channelBinding) });
  }

  #binding(read: () => unknown): Uint8Array | undefined {
    const binding: unknown = this.#get('info.channelBinding', read);
    if (binding === undefined) return undefined;
    if (types.isUint8Array(binding) && binding.length <= MAX_BINDING_BYTES) return binding;
    this.#fail(`info.channelBinding is not a Uint8Array of at most ${MAX_BINDING_BYTES} bytes`);
    return undefined;
  }
}

/** What is wrong with the facts about a connection. */
function faultOfInfo(info: ConnectionInfo): string | undefined {
  const facts: Partial<Record<keyof ConnectionInfo, unknown>> = info;
  const { peer, ip, local, encrypted, authenticated, resumes = false, keyed = false } = facts;
  const flags = Object.entries({ local, encrypted, authenticated, resumes, keyed });
  const odd = flags.find(([, value]) => typeof value !== 'boolean');
  if (odd !== undefined) return `info.${odd[0]} is ${shown(odd[1])} instead of true or false`;
  if (typeof peer !== 'string') return `info.peer is ${shown(peer)} instead of a text`;
  if (ip === undefined || (typeof ip === 'string' && isIP(ip) !== 0)) return undefined;
  return `info.ip is ${shown(ip)} instead of an IP address`;
}

/** The error about a transport that broke its contract. */
export function faultOf(scheme: string, what: string, cause?: unknown): TransportError {
  return new TransportError(`the transport of ${scheme}:// is faulty: ${what}`, cause === undefined ? {} : { cause });
}

/** Returns a value as text for a message: only its class if it may be long. */
export function shown(value: unknown): string {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return inspect(value).slice(0, 100);
  return guarded(() => described(value), 'an object');
}

/** Whether a transport made an object where its type says so. */
export function isObject<T>(value: T): value is T & object {
  return typeof value === 'object' && value !== null;
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** Whether a number of bytes is a whole number of at most `most`. */
function isCount(bytes: unknown, most: number): boolean {
  return Number.isInteger(bytes) && Number(bytes) >= 0 && Number(bytes) <= most;
}

/** Adds {@link Receiver.wanted}, which is read anew each time. */
function withWanted(wanted: () => Uint8Array | undefined, receiver: Receiver): Receiver {
  return Object.defineProperty(receiver, 'wanted', { get: wanted });
}
