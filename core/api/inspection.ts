import { type ActorReport, actorReport } from '../runtime/actor-report.ts';
import { misuse } from '../seam/errors.ts';
import { Runtime } from '../runtime/runtime.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { useReference } from '../proxy/base-proxy.ts';
import { answersWith, RemoteReference } from '../references/reference.ts';
import { type Stats, statsOf } from '../runtime/stats.ts';

/**
 * Requests a report from an actor's process: its methods, the objects it has handed out with their holders, its sessions and the
 * calls in progress. The actor must allow it with `options.inspectable`.
 *
 * The deadline and the signal of `callOptions` apply to it.
 *
 * @throws {@link ProxyError} `NOT_EXPOSED` when the actor does not allow it.
 * @example
 * const report = await inspectActor(counter);
 * console.log(report.pid, report.sessions.length);
 */
export async function inspectActor(actor: ActorProxy): Promise<ActorReport> {
  if (!(actor instanceof ActorProxy)) throw misuse('inspectActor: expected the proxy of an actor');
  const report = useReference(actor, async (reference, options) =>
    reference instanceof RemoteReference
      ? await reference.session.control('report', [], options)
      : actorReport(Runtime.current),
  );
  answersWith<ActorReport>(report);
  return await report;
}

/**
 * Returns the counts of what this process holds and has in progress. Use it in tests that check that nothing is left over, and to
 * monitor a program: a number that only ever grows is a leak. Sends nothing.
 *
 * @example
 * const { callsInFlight, sessions } = stats();
 * console.log(`${callsInFlight} calls over ${sessions} sessions`);
 */
export function stats(): Stats {
  return statsOf(Runtime.current);
}
