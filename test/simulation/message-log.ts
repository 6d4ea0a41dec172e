import { CONTROL_ID, Kind, LENGTH_BYTES } from '../../core/session/message.ts';
import { readId } from '../../core/session/message-reader.ts';
import type { Link } from './network.ts';
import type { Place } from './scheduler.ts';

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(Kind).map(([name, kind]) => [kind, name]));

/** The receiver of the lines. */
export interface Trace {
  readonly tracing: boolean;
  note(host: undefined, what: string): void;
}

/** The operations of the calls in progress from one end, by number; numbers are reused. */
type Calls = Map<number, string>;

/** Writes every message that a simulated process sends to the trace, and counts the kinds. */
export class MessageLog {
  readonly counts: Map<string, number> = new Map();
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  watch({ ends, places }: Link): void {
    const asked: readonly [Calls, Calls] = [new Map(), new Map()];
    for (const [index, end] of ends.entries()) {
      const [own, peers] = index === 0 ? asked : [asked[1], asked[0]];
      const [from, to] = [places[index], places[1 - index]];
      const messages = new Messages((bytes) => {
        const kind = NAMES.get(bytes[0] ?? 0) ?? 'UNKNOWN';
        this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
        if (!this.#trace.tracing) return;
        const text = details(kind, bytes, to, own, peers);
        this.#trace.note(undefined, `${nameOf(from)} → ${nameOf(to)} ${kind}${text}, ${bytes.length} bytes`);
      });
      end.onWrite = (bytes) => messages.push(bytes);
    }
  }
}

/** Finds the messages in the bytes that one end writes. Bytes before the first HELLO belong to the boot message or the handshake. */
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

/**
 * @param own - The operations of this end's calls, by number.
 * @param peers - The operations of the other end's calls, to which this end replies.
 */
function details(kind: string, bytes: Buffer, to: Place | undefined, own: Calls, peers: Calls): string {
  switch (kind) {
    case 'CALL': {
      const call = bytes.readUInt32LE(4);
      const asked = nameCall(to, readId(bytes, 8), bytes.readUInt16LE(2), bytes[1] ?? 0);
      own.set(call, asked);
      return ` ${call}: ${asked}`;
    }
    case 'RESULT':
    case 'ERROR': {
      const call = bytes.readUInt32LE(4);
      return ` ${call}: ${peers.get(call) ?? 'unknown'}`;
    }
    case 'CANCEL': {
      const call = bytes.readUInt32LE(4);
      return ` ${call}: ${own.get(call) ?? 'unknown'}`;
    }
    case 'CLAIM': {
      const call = bytes.readUInt32LE(4);
      own.set(call, 'a proxy that was handed on');
      return ` ${call}: a proxy that was handed on`;
    }
    case 'GRANT':
      return ` object ${readId(bytes, 4)}`;
    case 'END':
      return ` ${bytes.toString('utf8', 2, 120)}`;
    default:
      return '';
  }
}

function nameCall(to: Place | undefined, target: number, operation: number, flags: number): string {
  const named = isHost(to) ? to.nameCall?.(target, operation, flags) : undefined;
  return named ?? `operation ${operation} of ${target === CONTROL_ID ? 'the process itself' : `object ${target}`}`;
}

function nameOf(place: Place | undefined): string {
  return isHost(place) ? place.name : 'the world';
}

interface NamedPlace extends Place {
  readonly name: string;
  nameCall?(target: number, operation: number, flags: number): string | undefined;
}

function isHost(place: Place | undefined): place is NamedPlace {
  return place !== undefined && 'name' in place;
}
