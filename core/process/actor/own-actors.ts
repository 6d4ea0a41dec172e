import { Runtime } from '../../runtime/runtime.ts';
import { reportHookError } from './actor-life.ts';
import { ownedProcess } from '../../proxy/owned.ts';

/** Shuts down the actors that this process owns, and resolves when their processes have ended. */
export async function endOwnActors(): Promise<void> {
  const owned = [...Runtime.current.sessions]
    .map((session) => ownedProcess(session))
    .filter((one) => one !== undefined);
  await Promise.all(owned.map((actorProcess) => actorProcess.stop().catch(reportHookError)));
}
