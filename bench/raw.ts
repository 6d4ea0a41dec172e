import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Frames of this size go to and fro. */
const FRAME_BYTES = 64;

/** A ping-pong over an inherited pipe, without a serializer or a header: what the system itself allows. */
export class Raw {
  readonly #child: ChildProcess;
  readonly #pipe: Socket;
  readonly #waiting: (() => void)[] = [];
  #rest = 0;

  constructor() {
    const program = fileURLToPath(new URL('./raw-echo.js', import.meta.url));
    this.#child = spawn(process.execPath, [program], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    const pipe = this.#child.stdio[3];
    if (!(pipe instanceof Socket)) throw new Error('the raw process has no pipe');
    this.#pipe = pipe;
    pipe.on('data', (chunk: Buffer) => {
      this.#rest += chunk.length;
      while (this.#rest >= FRAME_BYTES) {
        this.#rest -= FRAME_BYTES;
        this.#waiting.shift()?.();
      }
    });
  }

  /** Sends one frame and waits for it to come back. */
  roundTrip(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#pipe.write(Buffer.allocUnsafe(FRAME_BYTES));
    });
  }

  close(): void {
    this.#pipe.destroy();
  }
}
