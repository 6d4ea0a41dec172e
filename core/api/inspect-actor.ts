import { type ActorReport, actorReport } from '../runtime/actor-report.ts';
import { misuse } from '../seam/errors.ts';
import { Runtime } from '../runtime/runtime.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { useReference } from '../proxy/base-proxy.ts';
import { answersWith } from '../references/answers-with.ts';
import { RemoteReference } from '../references/remote-reference.ts';

/**
 * Asks an actor's process for a report: its methods, the objects it has handed out and who holds them, its connections
 * and what is under way. For processes that connected; the actor has to allow it with `options.inspectable`. A deadline or
 * signal that `callOptions` gave the proxy holds for the report too.
 *
 * The deadline and the signal of `callOptions` hold for it.
 *
 * @throws {@link ProxyError} `NOT_EXPOSED` when the actor does not.
 * @example
 * const report = await inspectActor(counter);
 * console.log(report.pid, report.sessions.length);
 */
export async function inspectActor(actor: ActorProxy): Promise<ActorReport> {
  if (!(actor instanceof ActorProxy)) throw misuse('inspectActor: it takes the proxy of an actor');
  const report = useReference(actor, async (reference, options) =>
    reference instanceof RemoteReference
      ? await reference.session.control('report', [], options)
      : actorReport(Runtime.current),
  );
  answersWith<ActorReport>(report);
  return await report;
}
