/**
 * A custom transport: one thread of a process serves actors, and other threads call them over
 * `worker_threads` message ports. An address is `thread://ID/NAME`: the number of a thread (0 is the main thread), and a
 * name in that thread. `docs/custom-transport.md` explains the code; `worker-threads.ts` is a program that uses it.
 */
import { MessageChannel, MessagePort, postMessageToThread, threadId } from 'node:worker_threads';
import { ActorUnreachableError, AddressInUseError, TransportError } from 'uactor';
import type { Connection, ConnectOptions, Listener, Transport } from 'uactor/plugin';
import { PortConnection } from './port-connection.ts';

/** The listener's first message. */
const ACCEPTED = 'accepted';

/** The message of a thread that requests a connection: the name, and the port of the connection. */
interface Knock {
  readonly uactor: string;
  readonly port: MessagePort;
}

/** The transport. Each thread has its own, with the names at which it listens. */
class Threads implements Transport {
  readonly scheme = 'thread';
  readonly #names = new Map<string, (connection: Connection) => void>();

  async listen(address: string, accept: (connection: Connection) => void): Promise<Listener> {
    const { thread, name } = parseAddress(address);
    if (thread !== threadId) {
      throw new TransportError(`This is thread ${threadId}, which cannot listen on ${address}.`);
    }
    if (this.#names.has(name)) throw new AddressInUseError(`Another listener already uses ${address}.`);
    if (this.#names.size === 0) process.on('workerMessage', this.#knocked);
    this.#names.set(name, accept);
    // A listening thread must stay alive. An event of the process does not keep it alive; an open port does.
    const { port1: vigil } = new MessageChannel();
    vigil.ref();
    return {
      address,
      close: async () => {
        if (this.#names.get(name) !== accept) return;
        this.#names.delete(name);
        if (this.#names.size === 0) process.off('workerMessage', this.#knocked);
        vigil.close();
      },
    };
  }

  async connect(address: string, { signal }: ConnectOptions): Promise<Connection> {
    const { thread, name } = parseAddress(address);
    if (signal.aborted) throw unreachable(address, 'the attempt was abandoned', signal.reason);
    const { port1, port2 } = new MessageChannel();
    const knock: Knock = { uactor: name, port: port2 };
    try {
      const [connection] = await Promise.all([
        answered(port1, address, signal),
        // A thread cannot post a message to itself with `postMessageToThread`.
        thread === threadId ? this.#knocked(knock, thread) : postMessageToThread(thread, knock, [port2]),
      ]);
      return connection;
    } catch (error) {
      port1.close();
      throw error instanceof ActorUnreachableError ? error : unreachable(address, 'nothing listens there', error);
    }
  }

  readonly #knocked = (message: unknown, source: number): void => {
    if (!isKnock(message)) return;
    const { uactor: name, port } = message;
    const accept = this.#names.get(name);
    if (accept === undefined) {
      port.close();
    } else {
      port.postMessage(ACCEPTED, []);
      accept(new PortConnection(port, `thread://${source}`));
    }
  };
}

/** Waits for the listener's first message. Creates the connection in its handler, because bytes may follow in the same turn. */
function answered(port: MessagePort, address: string, signal: AbortSignal): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(unreachable(address, 'it did not answer in time', signal.reason));
    const refused = (): void => {
      signal.removeEventListener('abort', abort);
      reject(unreachable(address, 'nothing listens there'));
    };
    signal.addEventListener('abort', abort, { once: true });
    port.once('close', refused);
    port.once('message', () => {
      signal.removeEventListener('abort', abort);
      port.off('close', refused);
      resolve(new PortConnection(port, address));
    });
  });
}

function parseAddress(address: string): { readonly thread: number; readonly name: string } {
  const [, thread, name] = /^thread:\/\/(\d+)\/([\w.-]+)$/.exec(address) ?? [];
  if (thread !== undefined && name !== undefined) return { thread: Number(thread), name };
  throw new TransportError(`${address} cannot be used: write thread://ID/NAME, such as thread://0/counter.`, {
    code: 'ADDRESS_INVALID',
  });
}

/** Checks a message, because any thread may send anything. */
function isKnock(message: unknown): message is Knock {
  if (typeof message !== 'object' || message === null || !('uactor' in message) || !('port' in message)) return false;
  return typeof message.uactor === 'string' && message.port instanceof MessagePort;
}

function unreachable(address: string, reason: string, cause?: unknown): ActorUnreachableError {
  const options = cause === undefined ? {} : { cause };
  return new ActorUnreachableError(`No actor could be reached at ${address}: ${reason}.`, options);
}

/** Register it in every thread: `registerTransport(threads)`. */
export const threads: Transport = new Threads();
