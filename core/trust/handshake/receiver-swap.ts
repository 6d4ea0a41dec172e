import { UActorError } from '../../seam/errors.ts';
import type { Connection, Receiver } from '../../seam/transport.ts';

/** One event for a receiver. */
type Report = (receiver: Receiver) => void;

/** The state of the receiver. */
type State =
  /** There is none: events are kept, in order. */
  | { readonly kind: 'holding'; readonly reports: Report[] }
  /** The receiver is getting the kept events; new ones queue behind them. */
  | { readonly kind: 'catching up'; readonly reports: Report[] }
  | { readonly kind: 'attached'; readonly receiver: Receiver };

/**
 * The receiver of an open connection until the final one is known: keeps events, then passes on all events in order. The
 * connection is paused meanwhile, so there are few.
 */
export class ReceiverSwap implements Receiver {
  readonly #connection: Connection;
  #state: State = { kind: 'holding', reports: [] };

  /** @param connection An open connection whose events go to this object from now on. */
  constructor(connection: Connection) {
    this.#connection = connection;
    connection.pause();
  }

  /**
   * Passes the connection to `receiver`, which immediately gets all events so far, including the connection's end.
   *
   * @throws {@link UActorError} `INVALID_STATE` when it was already passed on.
   */
  attach(receiver: Receiver): void {
    if (this.#state.kind !== 'holding') {
      throw new UActorError(`The connection to ${this.#connection.info.peer} has a receiver already: attach only one.`);
    }
    const { reports } = this.#state;
    this.#state = { kind: 'catching up', reports };
    // Resumed first, because the receiver may pause it again while it handles the events.
    this.#connection.resume();
    for (let report = reports.shift(); report !== undefined; report = reports.shift()) report(receiver);
    this.#state = { kind: 'attached', receiver };
    // Shortens the path for further events; connections that cannot redirect keep calling this object, which passes them on.
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
