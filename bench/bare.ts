import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { BareReader, BareWriter, KIND, METHOD, type Method, newCoder, TLS, TLS_KEY } from './bare-stream.ts';

/** The channel of the calls. */
export type BareCarrier = 'pipe' | 'tcp' | 'tls';

/**
 * Remote calls without features: msgpackr, a header of 11 bytes, one write per tick, over the inherited pipe, TCP or TLS. No
 * references, limits, errors or deadlines. A library's cost above this is the cost of its features.
 */
export class Bare {
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #writer: BareWriter;
  readonly #coder = newCoder();
  readonly #waiting: (((value: unknown) => void) | undefined)[] = [];
  readonly #free: number[] = [];

  private constructor(child: ChildProcess, socket: Socket) {
    this.#child = child;
    this.#socket = socket;
    this.#writer = new BareWriter(socket);
    const reader = new BareReader((_kind, id, _method, payload) => this.#settle(id, payload));
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
  }

  static async open(carrier: BareCarrier): Promise<Bare> {
    const program = fileURLToPath(new URL('./bare-actor.js', import.meta.url));
    const child = spawn(process.execPath, [program, carrier], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    const pipe = child.stdio[3];
    if (!(pipe instanceof Socket)) throw new Error('the bare process has no pipe');
    if (carrier === 'pipe') return new Bare(child, pipe);
    const [port]: unknown[] = await once(pipe, 'data');
    const place = { host: '127.0.0.1', port: Number(port) };
    const socket =
      carrier === 'tls' ? connectTls({ ...place, ...TLS, pskCallback: () => TLS_KEY }) : createConnection(place);
    await once(socket, carrier === 'tls' ? 'secureConnect' : 'connect');
    socket.setNoDelay(true);
    return new Bare(child, socket);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  call(method: Method, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve) => {
      const id = this.#free.pop() ?? this.#waiting.length;
      this.#waiting[id] = resolve;
      this.#writer.send(KIND.call, id, method, args);
    });
  }

  add(a: number, b: number): Promise<unknown> {
    return this.call(METHOD.add, [a, b]);
  }

  echo(value: unknown): Promise<unknown> {
    return this.call(METHOD.echo, [value]);
  }

  /** Sends bytes that are not returned. */
  sink(bytes: Uint8Array): Promise<unknown> {
    return this.call(METHOD.sink, [bytes]);
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#socket.destroy();
    const pipe = this.#child.stdio[3];
    if (pipe instanceof Socket) pipe.destroy();
    await ended;
  }

  #settle(id: number, payload: Uint8Array): void {
    const resolve = this.#waiting[id];
    this.#waiting[id] = undefined;
    this.#free.push(id);
    resolve?.(this.#coder.unpack(payload));
  }
}
