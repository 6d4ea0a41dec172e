import { type DebugInfo, debugInfo, type CountedProcess, type Stats, statsOf } from './stats.ts';
import type { TypeidTable } from '../declaration/typeid-table.ts';
import type { ActorRole } from './actor-role.ts';
import type { Session } from '../session/session.ts';
import { process } from '../seam/environment.ts';

/** One session of an actor's process. */
export interface SessionReport {
  /** The peer: an address, or its relation to the actor. */
  readonly peer: string;
  /** The identity of the peer's process. */
  readonly instance: string;
  /** Calls of the actor's process to the peer without a reply yet. */
  readonly calls: number;
  /** Calls of the peer without a reply yet. */
  readonly running: number;
  /** Objects of the peer for which the actor's process has a proxy. */
  readonly imports: number;
  /** References that the peer holds. */
  readonly exports: number;
  /** Bytes that wait to be sent. */
  readonly bytesQueued: number;
}

/** A snapshot of an actor and its process; see {@link inspectActor}. */
export interface ActorReport {
  /** The name of the actor's class. */
  readonly name: string;
  /** The actor's process id. */
  readonly pid: number;
  /** How long the process has been running, in milliseconds. */
  readonly uptimeMs: number;
  /** The addresses at which other processes can reach it, best first. */
  readonly addresses: readonly string[];
  /** The typeids under which the process can hand out objects. */
  readonly typeids: readonly string[];
  /** The methods of the actor's proxies. */
  readonly methods: readonly string[];
  /** The exposed properties. */
  readonly properties: readonly string[];
  /** The objects that other processes hold. */
  readonly objects: readonly DebugInfo[];
  /** The sessions with other processes. */
  readonly sessions: readonly SessionReport[];
  /** Counts of what the process holds, and what limits bound. */
  readonly stats: Stats;
}

/** The parts of a process that a report needs. */
export interface ReportedProcess extends CountedProcess {
  /** This process's role, if it is an actor's. */
  readonly role: ActorRole | undefined;
  /** The addresses at which other processes can reach it, best first. */
  readonly endpoints: readonly string[];
  /** The typeids under which it hands out objects. */
  readonly typeids: TypeidTable;
}

/** Reports what this actor's process holds and has in progress. The report contains no secrets. */
export function actorReport(reported: ReportedProcess): ActorReport {
  const { role, endpoints, typeids, sessions } = reported;
  const { methods = [], properties = [] } = role?.entry?.exposure ?? {};
  return {
    name: role?.name ?? '',
    pid: process.pid,
    uptimeMs: Math.round(process.uptime() * 1000),
    addresses: [...endpoints],
    typeids: [...typeids.names],
    methods: [...methods],
    properties: [...properties],
    objects: debugInfo(reported),
    sessions: [...sessions].map(sessionReport),
    stats: statsOf(reported),
  };
}

function sessionReport({ label, instance, load }: Session): SessionReport {
  const { calls, running, imports, exports, bytesQueued } = load;
  return { peer: label, instance, calls, running, imports, exports, bytesQueued };
}
