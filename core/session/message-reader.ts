import { type Executed, SerializerError, UActorError } from '../seam/errors.ts';
import { demand } from '../references/token.ts';
import { MessageAllowance } from '../seam/codec/message-allowance.ts';
import type { Codec } from '../seam/serializer.ts';
import {
  CALL_HEADER_BYTES,
  CLAIM_BYTES,
  CREDIT_BYTES,
  FLAG_MAYBE,
  FLAG_RAN,
  GRANT_BYTES,
  Kind,
  KNOWN_FLAGS,
  readId,
  RELEASE_ENTRY_BYTES,
  REPLY_HEADER_BYTES,
  TEXT_HEADER_BYTES,
} from './message.ts';
import { type Farewell, type Greeting, parseFarewell, parseGreeting } from './session-text.ts';

/** The longest greeting or farewell, in bytes. */
const MAX_TEXT_BYTES = 64 * 1024;

const THENABLE =
  "a value whose own 'then' is a function, which would be taken for a promise: send it under another name";

/** What messages say. */
export interface Messages {
  called(call: number, target: number, operation: number, flags: number, args: readonly unknown[], bytes: number): void;
  /** A call came whose arguments cannot be used. */
  refused(call: number, error: unknown, bytes: number): void;
  replied(call: number, kind: number, value: unknown): void;
  cancelled(call: number, reason: unknown): void;
  released(id: number, count: number): void;
  granted(id: number, ticket: string): void;
  claimed(call: number, ticket: string): void;
  greeted(greeting: Greeting): void;
  left(farewell: Farewell): void;
  /** A description of the exposure with the next number. */
  exposed(text: string): void;
  pinged(): void;
  ponged(): void;
  /** So many bytes of calls were started and need no room any more. */
  credited(bytes: number): void;
  /** The message breaks the protocol. */
  violation(what: string): void;
}

/** Reads messages, checks all that can be checked without knowing the session, and tells what they say. */
export class MessageReader {
  readonly #messages: Messages;
  readonly #codec: Codec;
  readonly #allowance: MessageAllowance;
  #greeted = false;

  /** @param allowance - What the codec's context charges. */
  constructor(messages: Messages, codec: Codec, allowance: MessageAllowance = new MessageAllowance()) {
    this.#messages = messages;
    this.#codec = codec;
    this.#allowance = allowance;
  }

  /** Reads the message that lies between `start` and `end`, from its kind on. */
  read(buffer: Buffer, start: number, end: number): void {
    const bytes = end - start;
    const kind = buffer.readUInt8(start);
    if (bytes < TEXT_HEADER_BYTES) {
      this.#messages.violation('a message without flags');
      return;
    }
    if ((buffer.readUInt8(start + 1) & ~(KNOWN_FLAGS[kind] ?? 0)) !== 0) {
      this.#messages.violation(`flags that are not known, on a message of kind ${kind}`);
      return;
    }
    if (this.#greeted !== (kind !== Kind.HELLO)) {
      this.#messages.violation(this.#greeted ? 'it greeted twice' : 'it did not greet first');
      return;
    }
    switch (kind) {
      case Kind.CALL:
        if (bytes < CALL_HEADER_BYTES) break;
        this.#call(buffer, start, end);
        return;
      case Kind.RESULT:
      case Kind.ERROR:
        if (bytes < REPLY_HEADER_BYTES || isReservedUsed(buffer, start)) break;
        this.#reply(buffer, start, end);
        return;
      case Kind.CANCEL:
        if (bytes < REPLY_HEADER_BYTES || isReservedUsed(buffer, start)) break;
        this.#messages.cancelled(buffer.readUInt32LE(start + 4), this.#reason(buffer, start, end));
        return;
      case Kind.RELEASE:
        if ((bytes - TEXT_HEADER_BYTES) % RELEASE_ENTRY_BYTES !== 0) break;
        for (let at = start + TEXT_HEADER_BYTES; at < end; at += RELEASE_ENTRY_BYTES) {
          this.#messages.released(readId(buffer, at), buffer.readUInt32LE(at + 6));
        }
        return;
      case Kind.GRANT:
        if (bytes !== GRANT_BYTES || isReservedUsed(buffer, start)) break;
        this.#messages.granted(readId(buffer, start + 4), buffer.toString('hex', start + 10, end));
        return;
      case Kind.CLAIM:
        if (bytes !== CLAIM_BYTES || isReservedUsed(buffer, start)) break;
        this.#messages.claimed(buffer.readUInt32LE(start + 4), buffer.toString('hex', start + 8, end));
        return;
      default:
        this.#readRare(buffer, start, end);
        return;
    }
    this.#messages.violation(`a malformed message of kind ${kind}, of ${bytes} bytes`);
  }

  #readRare(buffer: Buffer, start: number, end: number): void {
    const kind = buffer[start];
    const textBytes = end - start - TEXT_HEADER_BYTES;
    if (kind === Kind.EXPOSURE) {
      this.#messages.exposed(buffer.toString('utf8', start + TEXT_HEADER_BYTES, end));
    } else if ((kind === Kind.HELLO || kind === Kind.END) && textBytes <= MAX_TEXT_BYTES) {
      this.#text(kind, buffer.toString('utf8', start + TEXT_HEADER_BYTES, end));
    } else if (kind === Kind.CREDIT && end - start === CREDIT_BYTES && !isReservedUsed(buffer, start)) {
      this.#messages.credited(readId(buffer, start + 4));
    } else if (kind === Kind.PING && textBytes === 0) {
      this.#messages.pinged();
    } else if (kind === Kind.PONG && textBytes === 0) {
      this.#messages.ponged();
    } else {
      this.#messages.violation(`a message of the unknown kind ${kind}, or of a wrong length`);
    }
  }

  #text(kind: number, text: string): void {
    this.#greeted = true;
    const said = kind === Kind.HELLO ? parseGreeting(text) : parseFarewell(text);
    if (said === undefined) this.#messages.violation('a malformed greeting or farewell');
    else if ('reason' in said) this.#messages.left(said);
    else this.#messages.greeted(said);
  }

  #call(buffer: Buffer, start: number, end: number): void {
    const call = buffer.readUInt32LE(start + 4);
    let args: unknown;
    try {
      args = end === start + CALL_HEADER_BYTES ? [] : this.#decode(buffer, start + CALL_HEADER_BYTES, end);
      demand(Array.isArray(args), 'arguments that are not a list');
      demand(!args.some(isPlantedThenable), THENABLE);
    } catch (error) {
      this.#messages.refused(call, undecodable(error), end - start);
      return;
    }
    const target = readId(buffer, start + 8);
    this.#messages.called(call, target, buffer.readUInt16LE(start + 2), buffer[start + 1] ?? 0, args, end - start);
  }

  #reply(buffer: Buffer, start: number, end: number): void {
    const kind = buffer[start] ?? 0;
    let value: unknown;
    try {
      value = this.#value(buffer, start, end);
    } catch (error) {
      this.#messages.replied(buffer.readUInt32LE(start + 4), Kind.ERROR, undecodable(error, 'yes'));
      return;
    }
    if (kind === Kind.ERROR && value instanceof UActorError) value.executed = executedOf(buffer[start + 1] ?? 0);
    this.#messages.replied(buffer.readUInt32LE(start + 4), kind, value);
  }

  #reason(buffer: Buffer, start: number, end: number): unknown {
    const flags = buffer[start + 1];
    try {
      const reason = this.#value(buffer, start, end);
      if (reason !== undefined) return reason;
    } catch (error) {
      return undecodable(error);
    }
    return flags === 0
      ? new DOMException('The call was aborted by its caller', 'AbortError')
      : new DOMException('The deadline of the call passed', 'TimeoutError');
  }

  #value(buffer: Buffer, start: number, end: number): unknown {
    if (end === start + REPLY_HEADER_BYTES) return undefined;
    const value = this.#decode(buffer, start + REPLY_HEADER_BYTES, end);
    demand(!isPlantedThenable(value), THENABLE);
    return value;
  }

  #decode(buffer: Buffer, start: number, end: number): unknown {
    this.#allowance.begin(end - start);
    const codec = this.#codec;
    if (codec.decodeAt !== undefined) return codec.decodeAt(buffer, start, end, false);
    return codec.decode(buffer.subarray(start, end));
  }
}

function executedOf(flags: number): Executed {
  if (flags & FLAG_MAYBE) return 'maybe';
  return flags & FLAG_RAN ? 'yes' : 'no';
}

/** Two bytes that a later version may use are 0 in this one. */
function isReservedUsed(buffer: Buffer, start: number): boolean {
  return buffer.readUInt16LE(start + 2) !== 0;
}

/**
 * Whether the language would take a value for a promise because of a function that came with it: a promise resolved with
 * it, or an `await`, would call into the peer without anybody having asked for it, and could wait for ever.
 */
function isPlantedThenable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Object.getOwnPropertyDescriptor(value, 'then')?.value === 'function';
}

/** Decoding fails with a {@link SerializerError}; anything else is a fault of the codec, told to the caller all the same. */
function undecodable(error: unknown, executed: 'no' | 'yes' = 'no'): SerializerError {
  if (error instanceof SerializerError) {
    error.executed = executed;
    return error;
  }
  return new SerializerError('a message could not be decoded', { code: 'INVALID_PAYLOAD', executed, cause: error });
}
