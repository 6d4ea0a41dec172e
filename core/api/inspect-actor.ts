import { type ActorReport, actorReport } from '../runtime/actor-report.ts';
import { misuse } from '../seam/errors.ts';
import { Runtime } from '../runtime/runtime.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { proxyReference } from '../proxy/base-proxy.ts';
import { answersWith } from '../references/answers-with.ts';
import { RemoteReference } from '../references/remote-reference.ts';

/**
 * Asks an actor's process for a report: its methods, the objects it has handed out and who holds them, its connections
 * and what is under way. For processes that connected; the actor has to allow it with `options.inspectable`.
 *
 * @throws {@link ProxyError} `NOT_EXPOSED` when the actor does not.
 */
export async function inspectActor(actor: ActorProxy): Promise<ActorReport> {
  if (!(actor instanceof ActorProxy)) throw misuse('inspectActor: it takes the proxy of an actor');
  const reference = proxyReference(actor);
  if (!(reference instanceof RemoteReference)) return actorReport(Runtime.current);
  const report = reference.session.control('report');
  answersWith<ActorReport>(report);
  return await report;
}
