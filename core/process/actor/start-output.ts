import { inspect } from 'node:util';
import { Kind, LENGTH_BYTES } from '../../session/message.ts';
import type { Farewell, Greeting } from '../../session/session-terms.ts';
import type { Session } from '../../session/session.ts';
import type { Connection } from '../../seam/transport.ts';
import { guarded } from '../../values/error-text.ts';
import { process } from '../../seam/environment.ts';

/** The maximum length of the kept error output, in characters. */
const TAIL_LENGTH = 4096;

/**
 * Keeps the end of this process's standard error until its actor is ready, and sends it to the owner if the process ends before
 * that. The output itself goes directly to the user's: a pipe through the owner would lose output while the owner ends, and would
 * block the actor while the owner is busy.
 */
export class StartOutput {
  readonly #connection: Connection;
  readonly #report = (): void => this.#tell();
  /** Node prints uncaught errors without going through the stream. */
  readonly #uncaught = (error: unknown): void => this.#keep(guarded(() => `${inspect(error)}\n`, ''));
  #session: Session | undefined;
  #tail = '';
  #farewell: Farewell = { reason: 'crashed' };
  /** Node's getter, which creates the stream on first use. Creating it takes longer than the rest of this class. */
  readonly #stream = Object.getOwnPropertyDescriptor(process, 'stderr');
  #watched: object | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    Object.defineProperty(process, 'stderr', { configurable: true, enumerable: true, get: () => this.#watch() });
    process.once('exit', this.#report);
    process.on('uncaughtExceptionMonitor', this.#uncaught);
  }

  /** The output so far, at most 4 KiB. */
  get tail(): string {
    return this.#tail;
  }

  /** Called when the session with the owner has begun. */
  use(session: Session): void {
    this.#session = session;
  }

  /** Called when the actor is ready: stops keeping output. */
  ready(): void {
    if (this.#watched) Reflect.deleteProperty(this.#watched, 'write');
    if (this.#stream) Object.defineProperty(process, 'stderr', this.#stream);
    process.off('exit', this.#report);
    process.off('uncaughtExceptionMonitor', this.#uncaught);
    this.#tail = '';
  }

  /** Ends the process before it has a session, and sends the owner the reason. */
  giveUp(farewell: Farewell): never {
    this.#farewell = farewell;
    process.exit(1);
  }

  /** Returns the stream, observing its writes. */
  #watch(): unknown {
    const stream: unknown = this.#stream?.get?.call(process);
    if (this.#watched !== undefined || typeof stream !== 'object' || stream === null) return stream;
    this.#watched = stream;
    const write: unknown = Reflect.get(stream, 'write');
    // An own property hides the class's method, which reappears when the property is deleted.
    Object.defineProperty(stream, 'write', {
      configurable: true,
      writable: true,
      value: (...args: readonly unknown[]): unknown => {
        this.#keep(args[0]);
        return typeof write === 'function' ? Reflect.apply(write, stream, args) : false;
      },
    });
    return stream;
  }

  #keep(chunk: unknown): void {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    this.#tail = (this.#tail + Buffer.from(chunk).toString()).slice(-TAIL_LENGTH);
  }

  #tell(): void {
    const farewell: Farewell = { ...this.#farewell, output: this.#tail };
    if (this.#session) {
      this.#session.end(farewell);
      return;
    }
    const greeting: Greeting = { endpoints: [] };
    this.#connection.write([textMessage(Kind.HELLO, greeting), textMessage(Kind.END, farewell)]);
  }
}

function textMessage(kind: number, content: object): Uint8Array {
  const text = Buffer.from(JSON.stringify(content));
  const header = Buffer.alloc(LENGTH_BYTES + 2);
  header.writeUInt32LE(text.length + 2);
  header[LENGTH_BYTES] = kind;
  return Buffer.concat([header, text]);
}
