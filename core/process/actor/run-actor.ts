import { Authkey } from '../../trust/authkey.ts';
import { Identity } from '../../trust/identity.ts';
import { ActorRuntime } from './actor-runtime.ts';
import { hideCompileCache } from '../owner/compile-cache.ts';
import { processResources } from '../owner/process-resources.ts';
import { decodeBootMessage } from '../owner/boot-message.ts';
import { readFirstMessage } from './first-message.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { openFd } from '../../seam/stream-connection.ts';
import type { Connection } from '../../seam/transport.ts';

/** The descriptor of the pipe to the owner. */
const OWNER_FD = 3;

/** The whole life of an actor's process; the bootstrap program calls it. */
export async function runActor(): Promise<void> {
  hideCompileCache(processResources().compileCache);
  const pipe = openFd(OWNER_FD, { peer: 'pipe', local: true, encrypted: true, authenticated: true });
  await liveAsActor(pipe, (module) => import(module));
}

/**
 * The same over any connection.
 *
 * @param connection - The pipe to the owner, not open yet.
 * @param load - Imports a module by its URL.
 */
export async function liveAsActor(connection: Connection, load: (module: string) => Promise<object>): Promise<void> {
  const { message, attach } = await readFirstMessage(connection);
  const boot = decodeBootMessage(message);
  const runtime = new ActorRuntime(boot, load);
  const identity = Identity.fromTransfer(Buffer.from(boot.seed, 'base64'), boot.instance);
  Runtime.become(identity, Authkey.fromTransfer(Buffer.from(boot.authkey, 'base64')), runtime);
  await runtime.run(connection, attach);
}
