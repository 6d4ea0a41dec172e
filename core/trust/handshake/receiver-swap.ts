import { UActorError } from '../../seam/errors.ts';
import type { Connection, Receiver } from '../../seam/transport.ts';

/** One thing that a receiver has to be told. */
type Report = (receiver: Receiver) => void;

/** Whether there is a receiver. */
type State =
  /** Not yet: what happens is kept, in order. */
  | { readonly kind: 'holding'; readonly reports: Report[] }
  /** The receiver is being told what was kept; what happens meanwhile queues up behind it. */
  | { readonly kind: 'catching up'; readonly reports: Report[] }
  | { readonly kind: 'attached'; readonly receiver: Receiver };

/**
 * Stands in for the receiver that is to take over an open connection: keeps what arrives until it is there, and passes
 * everything on from then, in order. The connection is paused meanwhile, so there is little to keep.
 */
export class ReceiverSwap implements Receiver {
  readonly #connection: Connection;
  #state: State = { kind: 'holding', reports: [] };

  /** @param connection An open connection whose events this object is told from now on. */
  constructor(connection: Connection) {
    this.#connection = connection;
    connection.pause();
  }

  /**
   * Hands the connection over. `receiver` is told at once what has happened so far, the connection's end included.
   *
   * @throws {@link UActorError} `INVALID_STATE` when it was handed over before.
   */
  attach(receiver: Receiver): void {
    if (this.#state.kind !== 'holding') {
      throw new UActorError(`The connection to ${this.#connection.info.peer} has a receiver already: attach only one.`);
    }
    const { reports } = this.#state;
    this.#state = { kind: 'catching up', reports };
    // Resumed first, because the receiver may want to pause it again because of what it is told.
    this.#connection.resume();
    for (let report = reports.shift(); report !== undefined; report = reports.shift()) report(receiver);
    this.#state = { kind: 'attached', receiver };
    // The shortest way from now on; whoever cannot be redirected tells this object, which passes it on.
    this.#connection.redirect?.(receiver);
  }

  data(chunk: Uint8Array): void {
    if (this.#state.kind === 'attached') {
      this.#state.receiver.data(chunk);
      return;
    }
    const copy = new Uint8Array(chunk);
    this.#state.reports.push((receiver) => {
      receiver.data(copy);
    });
  }

  drained(): void {
    this.#report((receiver) => {
      receiver.drained();
    });
  }

  closed(cause?: Error): void {
    this.#report((receiver) => {
      receiver.closed(cause);
    });
  }

  #report(report: Report): void {
    if (this.#state.kind === 'attached') report(this.#state.receiver);
    else this.#state.reports.push(report);
  }
}
