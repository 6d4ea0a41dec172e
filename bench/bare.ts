import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { BareReader, BareWriter, KIND, METHOD, type Method, newCoder } from './bare-stream.ts';

/**
 * Remote calls with nothing around them: msgpackr, a header of 11 bytes, one write per tick, over the inherited pipe. No
 * references, no limits, no errors, no deadlines. What a library costs above this is what its features cost.
 */
export class Bare {
  readonly name = 'bare';
  readonly #child: ChildProcess;
  readonly #writer: BareWriter;
  readonly #coder = newCoder();
  readonly #waiting: (((value: unknown) => void) | undefined)[] = [];
  readonly #free: number[] = [];

  constructor() {
    const program = fileURLToPath(new URL('./bare-actor.js', import.meta.url));
    this.#child = spawn(process.execPath, [program], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    const pipe = this.#child.stdio[3];
    if (!(pipe instanceof Socket)) throw new Error('the bare process has no pipe');
    this.#writer = new BareWriter(pipe);
    const reader = new BareReader((_kind, id, _method, payload) => this.#settle(id, payload));
    pipe.on('data', (chunk: Buffer) => reader.push(chunk));
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

  /** Sends bytes that are not sent back. */
  sink(bytes: Uint8Array): Promise<unknown> {
    return this.call(METHOD.sink, [bytes]);
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
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
