import { type DebugInfo, debugInfo } from './debug-info.ts';
import type { TypeidTable } from '../declaration/typeid-table.ts';
import type { ActorRole } from './actor-role.ts';
import type { Session } from '../session/session.ts';
import { type CountedProcess, type Stats, statsOf } from './stats.ts';
import { process } from '../seam/environment.ts';

/** One connection of an actor's process. */
export interface SessionReport {
  /** The other end: an address, or what it is to the actor. */
  readonly peer: string;
  /** The identity of the process at the other end. */
  readonly instance: string;
  /** Calls that the actor's process made over it and that were not answered yet. */
  readonly calls: number;
  /** Calls of the other end that were not answered yet. */
  readonly running: number;
  /** Objects of the other end that the actor's process has a proxy of. */
  readonly imports: number;
  /** References that the other end holds. */
  readonly exports: number;
  /** Bytes that wait to be sent. */
  readonly bytesQueued: number;
}

/** An actor and its process at a moment; see {@link inspectActor}. */
export interface ActorReport {
  /** The name of the actor's class. */
  readonly name: string;
  /** The actor's process id. */
  readonly pid: number;
  /** How long the process has been running, in milliseconds. */
  readonly uptimeMs: number;
  /** Where others can reach it, best first. */
  readonly addresses: readonly string[];
  /** The typeids that the process can hand out objects under. */
  readonly typeids: readonly string[];
  /** What the actor's proxies show. */
  readonly methods: readonly string[];
  /** The exposed properties. */
  readonly properties: readonly string[];
  /** The objects that other processes hold. */
  readonly objects: readonly DebugInfo[];
  /** The sessions with other processes. */
  readonly sessions: readonly SessionReport[];
  /** Counters, and what limits bound. */
  readonly stats: Stats;
}

/** A process that may be an actor's, as far as it can be reported on. */
export interface ReportedProcess extends CountedProcess {
  /** What this process is the process of, if it is an actor's. */
  readonly role: ActorRole | undefined;
  /** Where other processes can reach it, best first. */
  readonly endpoints: readonly string[];
  /** The typeids by which it hands out objects. */
  readonly typeids: TypeidTable;
}

/** What this process, an actor's, holds and has in progress. Nothing in it is a secret. */
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
