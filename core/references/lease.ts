import { uptime } from 'node:os';
import { process, wallMs } from '../seam/environment.ts';
import { HostError } from '../seam/errors.ts';
import type { AroundCall } from './around-call.ts';
import { refused } from './current-call.ts';

/** A point in time, by the clocks that all processes of a machine share. Plain data. */
export interface Moment {
  /** Monotonic time without the machine's sleep. Not `performance.now()`, whose origin differs between processes. */
  readonly monotonicMs: number;
  /** The time since the machine's start, including sleep; coarse on some systems. */
  readonly uptimeMs: number;
  /** The time of day, which can be changed. */
  readonly wallMs: number;
}

/** The clocks of this machine. */
export interface LeaseClock {
  /** Returns monotonic time, which may stop while the machine sleeps, in milliseconds. */
  monotonicMs(): number;
  /** Returns the time since the machine's start, including sleep, in milliseconds. */
  uptimeMs(): number;
  /** Returns the time of day, in milliseconds since 1970. */
  wallMs(): number;
}

/** If a machine's clocks differ by more than this, one was set, or the machine slept. */
const DISAGREEMENT_MS = 50;

export const MACHINE_CLOCK: LeaseClock = {
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  uptimeMs: () => uptime() * 1_000,
  wallMs,
};

/** Returns the present moment. */
export function momentOf(clock: LeaseClock): Moment {
  return { monotonicMs: clock.monotonicMs(), uptimeMs: clock.uptimeMs(), wallMs: clock.wallMs() };
}

/**
 * Returns the time since a moment, including sleep. The monotonic clock does not count sleep, and `uptime()` reads a file;
 * comparing with the time of day is cheap and shows when `uptime()` is needed.
 */
export function elapsedMs(since: Moment, clock: LeaseClock): number {
  const passed = clock.monotonicMs() - since.monotonicMs;
  const byWall = clock.wallMs() - since.wallMs;
  if (Math.abs(byWall - passed) <= DISAGREEMENT_MS) return passed;
  return Math.max(passed, clock.uptimeMs() - since.uptimeMs);
}

/** The period in which a process's actor may begin calls; its host renews it repeatedly. Plain data. */
export interface ActorLease {
  /** The number of the actor's present life: {@link CurrentCall.epoch}. */
  readonly epoch: string;
  readonly since: Moment;
  readonly forMs: number;
}

/** The lease of this process's actor, if it has one. Its epoch never changes. */
const held: { lease: ActorLease | undefined } = { lease: undefined };

/** {@link CurrentCall.epoch} */
export function presentEpoch(): string | undefined {
  return held.lease?.epoch;
}

/** Accepts the first lease, and each renewal. */
export function takeLease(lease: ActorLease): void {
  // Renewals come over one connection, so they arrive in order.
  held.lease = lease;
}

/**
 * Rejects calls after the lease has expired, and wraps the others with `around`. It checks the clock when a call begins, because
 * timers stop with a stopped process and a call may have waited meanwhile.
 */
export function leased(around: AroundCall | undefined, actor: string, clock: LeaseClock = MACHINE_CLOCK): AroundCall {
  return (call, run) => {
    const { lease } = held;
    if (lease === undefined || elapsedMs(lease.since, clock) >= lease.forMs) {
      throw refused(
        new HostError(
          `${actor} does not start ${call.member ?? 'getValue()'}, because its host could not renew its lease in time, and another host ` +
            'may have the name by now: call again through a proxy from the cluster, which follows the name',
          { code: 'LEASE_EXPIRED' },
        ),
      );
    }
    return around === undefined ? run() : around(call, run);
  };
}
