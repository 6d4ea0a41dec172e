import { CONTROL_ID, Kind, LENGTH_BYTES, readId } from '../../core/session/message.ts';
import type { Link } from './network.ts';
import type { Place } from './scheduler.ts';

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(Kind).map(([name, kind]) => [kind, name]));

/** Where the lines go. */
export interface Trace {
  readonly tracing: boolean;
  note(host: undefined, what: string): void;
}

/** Writes every message that leaves a simulated process into the trace, and counts the kinds. */
export class MessageLog {
  readonly counts: Map<string, number> = new Map();
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  watch({ ends, places }: Link): void {
    for (const [index, end] of ends.entries()) {
      const messages = new Messages((bytes) => this.#enter(bytes, places[index], places[1 - index]));
      end.onWrite = (bytes) => messages.push(bytes);
    }
  }

  #enter(bytes: Buffer, from: Place | undefined, to: Place | undefined): void {
    const kind = NAMES.get(bytes[0] ?? 0) ?? 'UNKNOWN';
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    if (!this.#trace.tracing) return;
    this.#trace.note(
      undefined,
      `${nameOf(from)} → ${nameOf(to)} ${kind}${details(kind, bytes)}, ${bytes.length} bytes`,
    );
  }
}

/** Finds the messages in what one end writes. What comes before the first HELLO belongs to boot or handshake. */
class Messages {
  readonly #message: (bytes: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  #begun = false;

  constructor(message: (bytes: Buffer) => void) {
    this.#message = message;
  }

  push(bytes: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#rest.readUInt32LE(0);
      if (this.#rest.length < end) return;
      const message = this.#rest.subarray(LENGTH_BYTES, end);
      this.#rest = this.#rest.subarray(end);
      this.#begun ||= message[0] === Kind.HELLO && message[1] === 0 && message[2] === '{'.charCodeAt(0);
      if (this.#begun) this.#message(message);
    }
  }
}

function details(kind: string, bytes: Buffer): string {
  switch (kind) {
    case 'CALL': {
      const target = readId(bytes, 8);
      const whom = target === CONTROL_ID ? 'the process itself' : `object ${target}`;
      return ` ${bytes.readUInt32LE(4)}: operation ${bytes.readUInt16LE(2)} of ${whom}`;
    }
    case 'RESULT':
    case 'ERROR':
    case 'CANCEL':
    case 'CLAIM':
      return ` ${bytes.readUInt32LE(4)}`;
    case 'GRANT':
      return ` object ${readId(bytes, 4)}`;
    case 'END':
      return ` ${bytes.toString('utf8', 2, 120)}`;
    default:
      return '';
  }
}

function nameOf(place: Place | undefined): string {
  return isHost(place) ? place.name : 'the world';
}

function isHost(place: Place | undefined): place is Place & { readonly name: string } {
  return place !== undefined && 'name' in place;
}
