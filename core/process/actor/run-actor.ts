import { Authkey } from '../../trust/authkey.ts';
import { Identity } from '../../trust/identity.ts';
import { importForActor } from '../../declaration/registered-classes.ts';
import { roleIsKnown } from '../../runtime/self-start.ts';
import type { ImportScope } from './import-scope.ts';
import { ActorRuntime } from './actor-runtime.ts';
import { hideCompileCache } from '../owner/node-command.ts';
import { processResources } from '../owner/node-process.ts';
import { privatePlace } from '../../declaration/address.ts';
import { decodeBootMessage } from '../owner/boot-message.ts';
import { hasSerializer, loadSerializer, loadTransport } from '../../runtime/registry.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { openFd } from '../../seam/stream-connection.ts';
import { process } from '../../seam/environment.ts';
import type { Connection, Receiver } from '../../seam/transport.ts';
import { LENGTH_BYTES } from '../../session/message.ts';
import { ReceiverSwap } from '../../trust/handshake/receiver-swap.ts';

/** The descriptor of the pipe to the owner. */
const OWNER_FD = 3;

/** How an actor's process loads its module, if not by importing it. */
export interface ActorLoading {
  /** Resolves to the exports of the module with that URL. */
  readonly load: (module: string) => Promise<object>;
  /** The scope of code that the import has already run. */
  readonly scope?: ImportScope;
}

/** Runs an actor's process from start to end; the bootstrap program calls it. */
export async function runActor(loading: ActorLoading = { load: importForActor }): Promise<void> {
  const { compileCache } = processResources();
  if (compileCache !== undefined) hideCompileCache(compileCache);
  const pipe = openFd(OWNER_FD, { peer: 'pipe', local: true, encrypted: true, authenticated: true });
  // The actor must not see the library's arguments.
  const [serializer] = process.argv.splice(2);
  if (serializer !== undefined) void loadAhead(serializer);
  await liveAsActor(pipe, loading.load, loading.scope);
}

/**
 * Loads a serializer while a spare process waits for its first message. A failure is ignored here, and reported when the
 * serializer is needed.
 */
async function loadAhead(serializer: string): Promise<void> {
  const loading = [loadTransport(privatePlace()), ...(hasSerializer(serializer) ? [loadSerializer(serializer)] : [])];
  await Promise.allSettled(loading);
}

/**
 * Like {@link runActor}, over any connection.
 *
 * @param connection - The pipe to the owner, not open yet.
 * @param load - Imports a module by its URL.
 */
export async function liveAsActor(
  connection: Connection,
  load: (module: string) => Promise<object>,
  scope?: ImportScope,
): Promise<void> {
  const first = await readFirstMessage(connection);
  // The owner is gone before anything began: there is nothing to clean up or report.
  if (first === undefined) process.exit();
  const { message, attach } = first;
  const boot = decodeBootMessage(message);
  const runtime = new ActorRuntime(boot, load, scope);
  const identity = Identity.fromTransfer(Buffer.from(boot.seed, 'base64'), boot.instance);
  Runtime.become(identity, Authkey.fromTransfer(Buffer.from(boot.authkey, 'base64')), runtime);
  roleIsKnown();
  await runtime.run(connection, attach);
}

/** A connection whose first message has been read. */
interface AfterFirst {
  readonly message: Buffer;
  /** Passes on the connection, with the bytes that followed the first message. */
  readonly attach: (receiver: Receiver) => void;
}

/**
 * Reads the first message of a connection and leaves the rest for the next reader. Resolves to `undefined` if the connection
 * closes before the message is complete.
 */
function readFirstMessage(connection: Connection): Promise<AfterFirst | undefined> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    let handOver: ReceiverSwap | undefined;
    connection.open({
      data(chunk) {
        if (handOver) {
          handOver.data(chunk);
          return;
        }
        received = Buffer.concat([received, chunk]);
        const end = received.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + received.readUInt32LE(0);
        if (received.length < end) return;
        const rest = new ReceiverSwap(connection);
        handOver = rest;
        if (received.length > end) rest.data(received.subarray(end));
        resolve({ message: received.subarray(LENGTH_BYTES, end), attach: (receiver) => rest.attach(receiver) });
      },
      drained() {
        handOver?.drained();
      },
      closed(cause) {
        if (handOver) handOver.closed(cause);
        else resolve(undefined);
      },
    });
  });
}
