import type { CallOptions } from '../seam/call-options.ts';
import type { Executed } from '../seam/errors.ts';
import { callChannel, callThrough } from './call-hooks.ts';
import { hooks } from './current-call.ts';
import { type Exposure, operationName } from './exposure.ts';
import type { Reference } from './reference.ts';

/** The process at the other end of a session. */
export interface Peer {
  /** The identity of the process: 32 hexadecimal digits, new with every start. */
  readonly instance: string;
  /** The address at which it was reached; `undefined` if it connected to this process. */
  readonly address: string | undefined;
  /** The addresses at which third processes can reach it, best first; empty if there are none. */
  readonly endpoints: readonly string[];
}

/** The parts of its session that a reference uses. */
export interface ReferenceSession {
  /** The name of the peer's actor. */
  readonly label: string;
  readonly peer: Peer;
  /** Whether calls can be made. */
  readonly open: boolean;
  /** Resolves when the session has ended, to a function that returns the error of its calls. */
  readonly ended: Promise<(executed: Executed) => Error>;
  call(
    reference: RemoteReference,
    operation: number,
    args: readonly unknown[],
    options: CallOptions | undefined,
  ): Promise<unknown>;
  copy(reference: RemoteReference, options: CallOptions | undefined): Promise<unknown>;
  /** Makes a call of the library's own that does not keep the process alive; `signal` gives it up. */
  callInBackground(reference: RemoteReference, operation: number, signal: AbortSignal): Promise<unknown>;
  /** Called when code waits for the session's end: the session then does not end as idle. */
  observe(): void;
  /** Makes a control call. */
  control<Result = unknown>(method: string, args?: readonly unknown[], options?: CallOptions): Promise<Result>;
  /** Ends the session at once, because the peer is known to be gone. */
  destroy(): void;
  /** Makes the peer hold its object `id` for the process that presents `ticket`. */
  grant(id: number, ticket: Uint8Array): void;
  /** Releases `count` received references: all of them when the last proxy is gone. */
  giveBack(reference: RemoteReference, count: number): void;
}

/** A reference to an object of a session's peer. */
export class RemoteReference implements Reference {
  readonly session: ReferenceSession;
  readonly id: number;
  readonly exposure: Exposure;
  /** How often it was received and not released. */
  received = 0;
  #proxies = 0;

  constructor(session: ReferenceSession, id: number, exposure: Exposure) {
    this.session = session;
    this.id = id;
    this.exposure = exposure;
  }

  get instance(): string {
    return this.session.peer.instance;
  }

  get address(): string | undefined {
    return this.session.peer.address ?? this.session.peer.endpoints[0];
  }

  /** Names an operation for messages, or the member that the user called for it. */
  describe(operation: number, calledAs?: string): string {
    return `${this.session.label}: ${calledAs ?? operationName(this.exposure, operation)}`;
  }

  call(operation: number, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    if (standsAlone(options)) return this.session.call(this, operation, args, options);
    const send = (given: readonly unknown[], how: CallOptions | undefined): Promise<unknown> =>
      this.session.call(this, operation, given, how);
    return callThrough(this, operation, args, options, send);
  }

  copy(options: CallOptions | undefined): Promise<unknown> {
    if (standsAlone(options)) return this.session.copy(this, options);
    return callThrough(this, undefined, [], options, (_args, how) => this.session.copy(this, how));
  }

  addProxy(): void {
    this.#proxies++;
  }

  dropProxy(): void {
    this.#proxies--;
    // An object held for long may be received again and again: each released proxy also releases the references without a proxy.
    const spare = this.received - this.#proxies;
    if (this.#proxies === 0 || spare > 0) this.session.giveBack(this, spare);
  }
}

/** Whether no function wraps a call of this process. */
function standsAlone(options: CallOptions | undefined): boolean {
  return !hooks.outgoing && !callChannel.hasSubscribers && options?.intercept === undefined;
}
