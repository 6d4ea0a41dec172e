import type { CallOptions } from '../seam/call-options.ts';
import type { Executed } from '../seam/errors.ts';
import { callChannel, callThrough } from './call-hooks.ts';
import { hooks } from './hooks.ts';
import type { Peer } from './peer.ts';
import { type Exposure, operationName } from './exposure.ts';
import type { Reference } from './reference.ts';

/** What a reference needs of the session that it came over. */
export interface ReferenceSession {
  /** The name of the actor at the other end. */
  readonly label: string;
  readonly peer: Peer;
  /** Whether calls can be made. */
  readonly open: boolean;
  /** Resolves when the session is over, to what every call of it rejects with. */
  readonly ended: Promise<(executed: Executed) => Error>;
  call(
    reference: RemoteReference,
    operation: number,
    args: readonly unknown[],
    options: CallOptions | undefined,
  ): Promise<unknown>;
  copy(reference: RemoteReference, options: CallOptions | undefined): Promise<unknown>;
  /** The same, for a call of the library's own that does not keep the process alive; `signal` gives it up. */
  callInBackground(reference: RemoteReference, operation: number, signal: AbortSignal): Promise<unknown>;
  /** The session's end is waited for: it does not end for being idle. */
  observe(): void;
  /** Calls the peer's process itself. */
  control<Result = unknown>(method: string, args?: readonly unknown[], options?: CallOptions): Promise<Result>;
  /** Ends it at once, because the peer is known to be gone. */
  destroy(): void;
  /** Makes the peer hold its object `id` for the process that presents `ticket`. */
  grant(id: number, ticket: Uint8Array): void;
  /** Gives back `count` of what was received: all of it when the last proxy is gone. */
  giveBack(reference: RemoteReference, count: number): void;
}

/** An object of a session's peer. */
export class RemoteReference implements Reference {
  readonly session: ReferenceSession;
  readonly id: number;
  readonly exposure: Exposure;
  /** How often it was received and not given back. */
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

  /** What the operation is called, for messages. */
  describe(operation: number): string {
    return `${this.session.label}: ${operationName(this.exposure, operation)}`;
  }

  call(operation: number, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    if (!hooks.outgoing && !callChannel.hasSubscribers && options?.intercept === undefined) {
      return this.session.call(this, operation, args, options);
    }
    const send = (given: readonly unknown[], how: CallOptions | undefined): Promise<unknown> =>
      this.session.call(this, operation, given, how);
    return callThrough(this.exposure, operation, args, options, send);
  }

  copy(options: CallOptions | undefined): Promise<unknown> {
    return this.session.copy(this, options);
  }

  addProxy(): void {
    this.#proxies++;
  }

  dropProxy(): void {
    this.#proxies--;
    // One that is kept for long may be received again and again: what no proxy stands for is given back with each that goes.
    const spare = this.received - this.#proxies;
    if (this.#proxies === 0 || spare > 0) this.session.giveBack(this, spare);
  }
}
