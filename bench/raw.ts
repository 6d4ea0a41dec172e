import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The frame size that represents a call without a value. */
const SMALL_BYTES = 64;
/** From this size on a frame is written separately. */
const LARGE_BYTES = 16 * 1024;

/** The channel of the frames. */
export type RawCarrier = 'pipe' | 'ipc' | 'tcp';

/**
 * A ping-pong of frames without a serializer or a header, with the small frames of one tick in one write: the limit of the system
 * itself.
 */
export class Raw {
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #folder: string | undefined;
  readonly #waiting: { readonly bytes: number; readonly resolve: () => void }[] = [];
  #next = 0;
  #arrived = 0;
  readonly #frames = new Map<number, Buffer>();
  #batch: Buffer[] = [];

  private constructor(child: ChildProcess, socket: Socket, folder?: string) {
    this.#child = child;
    this.#socket = socket;
    this.#folder = folder;
    socket.on('data', (chunk: Buffer) => this.#read(chunk.length));
  }

  static async open(carrier: RawCarrier): Promise<Raw> {
    const program = fileURLToPath(new URL('./raw-echo.js', import.meta.url));
    const folder = carrier === 'ipc' ? mkdtempSync(join(tmpdir(), 'raw-')) : undefined;
    const places = { pipe: [], ipc: [join(folder ?? '', 's')], tcp: ['0'] };
    const child = spawn(process.execPath, [program, ...places[carrier]], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    const pipe = child.stdio[3];
    if (!(pipe instanceof Socket)) throw new Error('the raw process has no pipe');
    if (carrier === 'pipe') return new Raw(child, pipe);
    const [place]: unknown[] = await once(pipe, 'data');
    const socket =
      carrier === 'ipc'
        ? createConnection(String(place))
        : createConnection({ host: '127.0.0.1', port: Number(place), noDelay: true });
    await once(socket, 'connect');
    return new Raw(child, socket, folder);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends one frame and waits until it returns. */
  roundTrip(bytes: number = SMALL_BYTES): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ bytes, resolve });
      const frame = this.#frame(bytes);
      if (bytes >= LARGE_BYTES) {
        this.#socket.write(frame);
        return;
      }
      if (this.#batch.push(frame) === 1) process.nextTick(() => this.#flush());
    });
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#socket.destroy();
    const pipe = this.#child.stdio[3];
    if (pipe instanceof Socket) pipe.destroy();
    await ended;
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true });
  }

  #frame(bytes: number): Buffer {
    const frame = this.#frames.get(bytes) ?? Buffer.alloc(bytes, 7);
    this.#frames.set(bytes, frame);
    return frame;
  }

  #flush(): void {
    const batch = this.#batch;
    this.#batch = [];
    const [first] = batch;
    if (first !== undefined) this.#socket.write(batch.length === 1 ? first : Buffer.concat(batch));
  }

  #read(bytes: number): void {
    this.#arrived += bytes;
    for (;;) {
      const waiting = this.#waiting[this.#next];
      if (waiting === undefined) {
        this.#waiting.length = 0;
        this.#next = 0;
        return;
      }
      if (this.#arrived < waiting.bytes) return;
      this.#arrived -= waiting.bytes;
      this.#next++;
      waiting.resolve();
    }
  }
}
