import type { ObjectTable, Tickets } from '../references/object-table.ts';
import type { Session } from '../session/session.ts';

/** A snapshot of what this process holds and has in progress. In an idle process, every number is 0. */
export interface Stats {
  /** Objects of this process with at least one proxy; an actor itself counts as one. */
  readonly objects: number;
  /** References that other processes hold of these objects, including those in flight to a third process. */
  readonly references: number;
  /** References passed on with a proxy that the receiving process has not claimed yet. */
  readonly tickets: number;
  /** Objects of other processes for which this one has a proxy. */
  readonly imports: number;
  /** Sessions with other processes. */
  readonly sessions: number;
  /** Calls of this process without a reply yet. */
  readonly callsInFlight: number;
  /** Those of them that wait unencoded, because the peer accepts no more at present. */
  readonly callsWaiting: number;
  /** Calls of other processes to which methods here have not replied yet. */
  readonly callsRunning: number;
  /** Bytes that were written and that no connection has accepted yet. */
  readonly bytesQueued: number;
  /** Bytes of received calls that have not started. */
  readonly bytesWaiting: number;
  /** Bytes of incomplete messages. */
  readonly bytesReceiving: number;
  /** Objects of this process that sessions hold, counted once for each session. */
  readonly holdings: number;
  /** Claims of references that wait for their ticket. */
  readonly claimsWaiting: number;
  /** The sessions that other processes opened. */
  readonly sessionsAccepted: number;
  /** Incoming connections during their handshake. */
  readonly handshakes: number;
}

/** The parts of a process that are counted. */
export interface CountedProcess {
  readonly objects: ObjectTable;
  readonly tickets: Tickets;
  /** All sessions of the process, opened by either end. */
  readonly sessions: ReadonlySet<Session>;
  /** The sessions that peers opened. */
  readonly accepted: ReadonlySet<Session>;
  /** The handshake limiters of its listeners. */
  readonly gates: ReadonlySet<{ readonly underWay: number }>;
}

/** Counts what a process holds and has in progress. */
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

/** One object with at least one proxy. */
export interface DebugInfo {
  /** The object's number in its process. */
  readonly id: number;
  /** The object's typeid. */
  readonly typeid: string;
  /** The number of references that other processes hold, including those in flight to a third process. */
  readonly count: number;
  /** The number of proxies in the object's own process. */
  readonly home: number;
  /** The holders: the identities of the processes and their numbers of references, one entry per session. */
  readonly holders: readonly { readonly instance: string; readonly count: number }[];
}

/** Returns the holders of a process's objects. */
export function debugInfo({ objects, sessions }: CountedProcess): readonly DebugInfo[] {
  const holders = new Map<number, { instance: string; count: number }[]>();
  for (const session of sessions) {
    for (const { id, count } of session.held()) {
      const known = holders.get(id) ?? [];
      known.push({ instance: session.instance, count });
      holders.set(id, known);
    }
  }
  return [...objects.entries()].map(({ id, exposure, held, home }) => ({
    id,
    typeid: exposure.typeid,
    count: held,
    home,
    holders: holders.get(id) ?? [],
  }));
}
