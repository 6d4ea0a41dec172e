import { withDeadline } from '../../references/waiting.ts';
import { process } from '../../seam/environment.ts';

/** How long the end of an actor waits for its reader, in milliseconds. */
const OUTPUT_MS = 500;

/** The part of an output stream that is used here. */
interface Output {
  readonly writableLength: number;
  write(text: string, done: () => void): boolean;
}

/**
 * The standard output and error of this process. `process.exit` drops what a pipe has not accepted yet. Creating a stream takes
 * milliseconds, so only those that the process has used are looked at.
 */
export class UsedOutput {
  readonly #used = new Set<Output>();

  constructor() {
    for (const name of ['stdout', 'stderr'] as const) this.#note(name);
  }

  /** Resolves when everything that was written has left, or after half a second. */
  async left(): Promise<void> {
    const waiting = [...this.#used].filter(({ writableLength }) => writableLength > 0);
    if (waiting.length > 0) await withDeadline(Promise.all(waiting.map(drained)), OUTPUT_MS);
  }

  #note(name: 'stdout' | 'stderr'): void {
    const descriptor = Object.getOwnPropertyDescriptor(process, name);
    const getter: unknown = descriptor && Reflect.get(descriptor, 'get');
    if (typeof getter !== 'function') return;
    const get = (): unknown => {
      const stream: unknown = Reflect.apply(getter, process, []);
      if (isOutput(stream)) this.#used.add(stream);
      return stream;
    };
    Object.defineProperty(process, name, { ...descriptor, get });
  }
}

function isOutput(stream: unknown): stream is Output {
  return typeof stream === 'object' && stream !== null && 'writableLength' in stream && 'write' in stream;
}

/** Resolves when the stream has written everything, or has failed. */
async function drained(stream: Output): Promise<void> {
  await new Promise<void>((resolve) => void stream.write('', () => resolve()));
}
