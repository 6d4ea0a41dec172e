import { uptime } from 'node:os';
import { process, wallMs } from '../seam/environment.ts';
import { HostError } from '../seam/errors.ts';
import type { AroundCall } from './around-call.ts';
import { refused } from './invoke.ts';

/** One moment, by the clocks that all processes of a machine share. Plain data. */
export interface Moment {
  /** Monotonic, and standing still while the machine sleeps. Not `performance.now()`, whose origin is each process's own. */
  readonly monotonicMs: number;
  /** Since the machine started, sleep included, and in coarse steps on some systems. */
  readonly uptimeMs: number;
  /** The time of day, which the system may set. */
  readonly wallMs: number;
}

/** The clocks of this machine. */
export interface LeaseClock {
  /** The clock that never goes back and may stand still while the machine sleeps, in milliseconds. */
  monotonicMs(): number;
  /** How long the machine has been up, its sleep included, in milliseconds. */
  uptimeMs(): number;
  /** The time of day, in milliseconds since 1970. */
  wallMs(): number;
}

/** Clocks of one machine that differ by more than this have been set, or the machine has slept. */
const DISAGREEMENT_MS = 50;

export const MACHINE_CLOCK: LeaseClock = {
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  uptimeMs: () => uptime() * 1_000,
  wallMs,
};

/** This moment. */
export function momentOf(clock: LeaseClock): Moment {
  return { monotonicMs: clock.monotonicMs(), uptimeMs: clock.uptimeMs(), wallMs: clock.wallMs() };
}

/**
 * How long ago a moment was, a machine's sleep included. The monotonic clock alone would not count that, and `uptime()` reads a file; the
 * time of day is cheap and says when it is worth a look.
 */
export function elapsedMs(since: Moment, clock: LeaseClock): number {
  const passed = clock.monotonicMs() - since.monotonicMs;
  const byWall = clock.wallMs() - since.wallMs;
  if (Math.abs(byWall - passed) <= DISAGREEMENT_MS) return passed;
  return Math.max(passed, clock.uptimeMs() - since.uptimeMs);
}

/** Until when the actor of a process may begin calls; its host says so, again and again. Plain data. */
export interface ActorLease {
  /** Orders the lives of what the actor is: {@link CurrentCall.epoch}. */
  readonly epoch: string;
  readonly since: Moment;
  readonly forMs: number;
}

/** The lease under which the actor of this process runs, if it has one. It never gets another epoch. */
const held: { lease: ActorLease | undefined } = { lease: undefined };

/** {@link CurrentCall.epoch} */
export function presentEpoch(): string | undefined {
  return held.lease?.epoch;
}

/** Takes the lease on, and from then on each renewal of it. */
export function takeLease(lease: ActorLease): void {
  // They come over one connection, so a later one is never overtaken.
  held.lease = lease;
}

/**
 * Refuses calls once the lease has run out, and has `around` stand around the others. It looks at the clock when a call begins: a timer
 * does not run in a process that is stopped, and a call may have waited all the while.
 */
export function leased(around: AroundCall | undefined, actor: string, clock: LeaseClock = MACHINE_CLOCK): AroundCall {
  return (call, run) => {
    const { lease } = held;
    if (lease === undefined || elapsedMs(lease.since, clock) >= lease.forMs) {
      throw refused(
        new HostError(
          `${actor} does not begin ${call.member ?? 'getValue()'}, because its host could not renew its lease in time, and another host ` +
            'may have the name by now: call again, over a proxy of the cluster, which follows the name',
          { code: 'LEASE_EXPIRED' },
        ),
      );
    }
    return around === undefined ? run() : around(call, run);
  };
}
