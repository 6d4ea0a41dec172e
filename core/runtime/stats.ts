import type { ObjectTable } from '../references/object-table.ts';
import type { Tickets } from '../references/tickets.ts';
import type { Session } from '../session/session.ts';

/** What this process holds and has in progress at a moment. Everything idle, every number is 0. */
export interface Stats {
  /** Objects of this process with at least one proxy; an actor itself counts as one. */
  readonly objects: number;
  /** References that other processes hold of these objects, those on their way to a third process included. */
  readonly references: number;
  /** References that were handed over with a proxy and have not been claimed by the process it went to. */
  readonly tickets: number;
  /** Objects of other processes that this one has a proxy of. */
  readonly imports: number;
  /** Connections to other processes. */
  readonly sessions: number;
  /** Calls that this process made and that were not answered yet. */
  readonly callsInFlight: number;
  /** Those of them that wait unencoded, because the other end takes no more at present. */
  readonly callsWaiting: number;
  /** Calls of other processes that methods here have not answered yet. */
  readonly callsRunning: number;
  /** Bytes that were written and that no connection has taken yet. */
  readonly bytesQueued: number;
  /** Bytes of calls that arrived and wait to be started. */
  readonly bytesWaiting: number;
  /** Bytes of messages that have not arrived whole. */
  readonly bytesReceiving: number;
  /** Objects of this process that sessions hold, each counted once for every session that does. */
  readonly holdings: number;
  /** Claims of references that wait for their ticket. */
  readonly claimsWaiting: number;
  /** Those of the sessions that other processes began. */
  readonly sessionsAccepted: number;
  /** Connections that are being made by others and have not proved themselves. */
  readonly handshakes: number;
}

/** A process, as far as it is counted what it holds. */
export interface CountedProcess {
  readonly objects: ObjectTable;
  readonly tickets: Tickets;
  /** Every session of the process, opened by either end. */
  readonly sessions: ReadonlySet<Session>;
  /** Those that others began. */
  readonly accepted: ReadonlySet<Session>;
  /** Who listens for it, with how many strangers in their handshake. */
  readonly gates: ReadonlySet<{ readonly underWay: number }>;
}

/** What a process holds and has in progress. */
export function statsOf({ objects, tickets, sessions, accepted, gates }: CountedProcess): Stats {
  const loads = [...sessions].map((session) => session.load);
  const sum = (of: (load: (typeof loads)[number]) => number): number =>
    loads.reduce((total, load) => total + of(load), 0);
  return {
    objects: objects.size,
    references: objects.held,
    tickets: tickets.size,
    imports: sum((load) => load.imports),
    sessions: sessions.size,
    callsInFlight: sum((load) => load.calls),
    callsWaiting: sum((load) => load.waiting),
    callsRunning: sum((load) => load.running),
    bytesQueued: sum((load) => load.bytesQueued),
    bytesWaiting: sum((load) => load.bytesWaiting),
    bytesReceiving: sum((load) => load.bytesReceiving),
    holdings: objects.holdings,
    claimsWaiting: tickets.waiting,
    sessionsAccepted: accepted.size,
    handshakes: [...gates].reduce((total, { underWay }) => total + underWay, 0),
  };
}
