import { invalid } from '../references/exposure.ts';
import { type CallMetadata, isMetadata } from '../seam/call-options.ts';
import type { MessageAllowance } from '../seam/codec/budget.ts';
import { refusePromise } from '../seam/codec/codec-faults.ts';
import { isPlainObject } from '../seam/codec/traversal.ts';
import { type Executed, SerializerError, UActorError } from '../seam/errors.ts';
import type { Codec } from '../seam/serializer.ts';
import { CutMessage } from './cut-message.ts';
import {
  CALL_FLAGS,
  CALL_HEADER_BYTES,
  CLAIM_BYTES,
  CREDIT_BYTES,
  FLAG_COPY,
  FLAG_MAYBE,
  FLAG_METADATA,
  FLAG_RAN,
  GRANT_BYTES,
  ID_HIGH,
  Kind,
  KNOWN_FLAGS,
  LENGTH_BYTES,
  RELEASE_ENTRY_BYTES,
  REPLY_HEADER_BYTES,
  TEXT_HEADER_BYTES,
} from './message.ts';
import { type Farewell, type Greeting, parseFarewell, parseGreeting } from './session-terms.ts';

/** The maximum length of a greeting or farewell, in bytes. */
const MAX_TEXT_BYTES = 64 * 1024;

const THENABLE =
  "a value whose own 'then' is a function, which would be treated as a promise: send it under another name";

/** Receives CALLs. */
export interface CallMessages {
  called(
    call: number,
    target: number,
    operation: number,
    flags: number,
    args: readonly unknown[],
    bytes: number,
    metadata?: CallMetadata,
  ): void;
  /** Called for a call whose arguments cannot be used. */
  refused(call: number, error: unknown, bytes: number): void;
}

/** Receives RESULTs and ERRORs. */
export interface ReplyMessages {
  /** Called before the reply to that call is decoded. */
  replying(call: number): void;
  replied(call: number, kind: number, value: unknown): void;
}

/** Receives all other messages. */
export interface ControlMessages {
  cancelled(call: number, reason: unknown): void;
  released(id: number, count: number): void;
  granted(id: number, ticket: string): void;
  claimed(call: number, ticket: string): void;
  greeted(greeting: Greeting): void;
  left(farewell: Farewell): void;
  /** Receives the description of the exposure with the next number. */
  exposed(text: string): void;
  pinged(): void;
  ponged(): void;
  /** Called when the peer has started calls with this many bytes. */
  credited(bytes: number): void;
  /** Called when a message breaks the protocol. */
  violation(what: string): void;
}

/** The receivers of messages, and the parts for reading them. */
export interface ReaderParts {
  readonly calls: CallMessages;
  readonly replies: ReplyMessages;
  readonly control: ControlMessages;
  readonly codec: Codec;
  /** The allowance that the codec's context charges. */
  readonly allowance: MessageAllowance;
  /** The maximum size of a message, in bytes, without its length field. */
  readonly maxBytes: number;
}

/**
 * Finds the messages in a stream of bytes, reads them in place, makes all checks that need no session, and passes them on. A
 * message that arrives in parts is collected in its own memory.
 */
export class MessageReader {
  readonly #calls: CallMessages;
  readonly #replies: ReplyMessages;
  readonly #control: ControlMessages;
  readonly #codec: Codec;
  readonly #allowance: MessageAllowance;
  readonly #maxBytes: number;
  /** The message of which only the beginning has arrived. */
  #cut: CutMessage | undefined;
  #greeted = false;
  #stopped = false;

  constructor({ calls, replies, control, codec, allowance, maxBytes }: ReaderParts) {
    this.#calls = calls;
    this.#replies = replies;
    this.#control = control;
    this.#codec = codec;
    this.#allowance = allowance;
    this.#maxBytes = maxBytes;
  }

  /** The message of which only the beginning has arrived. */
  get cut(): CutMessage | undefined {
    return this.#cut;
  }

  /** Stops reading; messages that have already arrived are dropped. */
  stop(): void {
    this.#stopped = true;
    this.#cut = undefined;
  }

  /** Reads the first `bytes` of `buffer`. The caller may reuse the memory afterwards. */
  push(buffer: Buffer, bytes: number): void {
    let at = this.#cut === undefined ? 0 : this.#goOn(this.#cut, buffer, bytes);
    while (bytes - at >= LENGTH_BYTES && !this.#stopped) {
      const length = buffer.readUInt32LE(at);
      if (!this.#accepts(length)) return;
      const start = at + LENGTH_BYTES;
      if (start + length > bytes) break;
      at = start + length;
      this.#read(buffer, start, at, false);
    }
    if (at < bytes && !this.#stopped) this.#cut = new CutMessage(buffer, at, bytes);
  }

  /** The memory for the next bytes of a large message in progress; `undefined` when there is none. */
  get wanted(): Uint8Array | undefined {
    return this.#cut?.wanted;
  }

  /** Called when this many bytes were written to {@link MessageReader.wanted}. */
  filled(bytes: number): void {
    const cut = this.#cut;
    if (cut?.fill(bytes) === true) this.#readWhole(cut);
  }

  #accepts(length: number): boolean {
    if (length > 0 && length <= this.#maxBytes) return true;
    this.stop();
    this.#control.violation(`a message of ${length} bytes (limits.maxMessageBytes is ${this.#maxBytes})`);
    return false;
  }

  /** Adds to the message in progress, reads it when it is complete, and returns how many of the bytes belonged to it. */
  #goOn(cut: CutMessage, buffer: Buffer, bytes: number): number {
    const headed = cut.addLength(buffer, 0, bytes);
    const { length } = cut;
    if (length === undefined || !this.#accepts(length)) return headed;
    const at = cut.add(buffer, headed, bytes);
    if (cut.whole) this.#readWhole(cut);
    return at;
  }

  #readWhole(cut: CutMessage): void {
    this.#cut = undefined;
    const { memory } = cut;
    this.#read(memory, 0, memory.length, true);
  }

  /** Reads the message between `start` and `end`, which begins with its kind. If `owned`, the message may keep the memory. */
  #read(buffer: Buffer, start: number, end: number, owned: boolean): void {
    const bytes = end - start;
    if (this.#greeted && bytes >= REPLY_HEADER_BYTES) {
      const kind = buffer[start];
      if (kind === Kind.CALL && bytes >= CALL_HEADER_BYTES && ((buffer[start + 1] ?? 0) & ~CALL_FLAGS) === 0) {
        this.#call(buffer, start, end, owned);
        return;
      }
      if (kind === Kind.RESULT && buffer[start + 1] === 0 && !isReservedUsed(buffer, start)) {
        this.#reply(buffer, start, end, owned);
        return;
      }
    }
    this.#readOther(buffer, start, end, owned);
  }

  /** Reads rare and malformed messages. */
  #readOther(buffer: Buffer, start: number, end: number, owned: boolean): void {
    const bytes = end - start;
    const kind = buffer.readUInt8(start);
    const control = this.#control;
    if (bytes < TEXT_HEADER_BYTES) {
      control.violation('a message without flags');
      return;
    }
    if ((buffer.readUInt8(start + 1) & ~(KNOWN_FLAGS[kind] ?? 0)) !== 0) {
      control.violation(`flags that are not known, on a message of kind ${kind}`);
      return;
    }
    if (this.#greeted !== (kind !== Kind.HELLO)) {
      control.violation(this.#greeted ? 'it sent HELLO twice' : 'it did not send HELLO first');
      return;
    }
    switch (kind) {
      case Kind.CALL:
      case Kind.RESULT:
        break;
      case Kind.ERROR:
        if (bytes < REPLY_HEADER_BYTES || isReservedUsed(buffer, start)) break;
        this.#reply(buffer, start, end, owned);
        return;
      case Kind.CANCEL:
        if (bytes < REPLY_HEADER_BYTES || isReservedUsed(buffer, start)) break;
        control.cancelled(buffer.readUInt32LE(start + 4), this.#reason(buffer, start, end, owned));
        return;
      case Kind.RELEASE:
        if ((bytes - TEXT_HEADER_BYTES) % RELEASE_ENTRY_BYTES !== 0) break;
        for (let at = start + TEXT_HEADER_BYTES; at < end; at += RELEASE_ENTRY_BYTES) {
          control.released(readId(buffer, at), buffer.readUInt32LE(at + 6));
        }
        return;
      case Kind.GRANT:
        if (bytes !== GRANT_BYTES || isReservedUsed(buffer, start)) break;
        control.granted(readId(buffer, start + 4), buffer.toString('hex', start + 10, end));
        return;
      case Kind.CLAIM:
        if (bytes !== CLAIM_BYTES || isReservedUsed(buffer, start)) break;
        control.claimed(buffer.readUInt32LE(start + 4), buffer.toString('hex', start + 8, end));
        return;
      default:
        this.#readRare(buffer, start, end);
        return;
    }
    control.violation(`a malformed message of kind ${kind}, of ${bytes} bytes`);
  }

  #readRare(buffer: Buffer, start: number, end: number): void {
    const kind = buffer[start];
    const textBytes = end - start - TEXT_HEADER_BYTES;
    if (kind === Kind.EXPOSURE) {
      this.#control.exposed(buffer.toString('utf8', start + TEXT_HEADER_BYTES, end));
    } else if ((kind === Kind.HELLO || kind === Kind.END) && textBytes <= MAX_TEXT_BYTES) {
      this.#text(kind, buffer.toString('utf8', start + TEXT_HEADER_BYTES, end));
    } else if (kind === Kind.CREDIT && end - start === CREDIT_BYTES && !isReservedUsed(buffer, start)) {
      this.#control.credited(readId(buffer, start + 4));
    } else if (kind === Kind.PING && textBytes === 0) {
      this.#control.pinged();
    } else if (kind === Kind.PONG && textBytes === 0) {
      this.#control.ponged();
    } else {
      this.#control.violation(`a message of the unknown kind ${kind}, or of a wrong length`);
    }
  }

  #text(kind: number, text: string): void {
    this.#greeted = true;
    const said = kind === Kind.HELLO ? parseGreeting(text) : parseFarewell(text);
    if (said === undefined) this.#control.violation('a malformed HELLO or END');
    else if ('reason' in said) this.#control.left(said);
    else this.#control.greeted(said);
  }

  #call(buffer: Buffer, start: number, end: number, owned: boolean): void {
    const call = buffer.readUInt32LE(start + 4);
    const flags = buffer[start + 1] ?? 0;
    let args: unknown;
    let metadata: CallMetadata | undefined;
    try {
      args = end === start + CALL_HEADER_BYTES ? [] : this.#decode(buffer, start + CALL_HEADER_BYTES, end, owned);
      if (!Array.isArray(args)) {
        if (args instanceof Promise) refusePromise(args, 'decode');
        throw invalid('arguments that are not a list');
      }
      if (flags & FLAG_METADATA) metadata = checkedMetadata(args.shift());
      for (const arg of args) if (isPlantedThenable(arg)) throw invalid(THENABLE);
    } catch (error) {
      this.#calls.refused(call, undecodable(error), end - start);
      return;
    }
    const target = readId(buffer, start + 8);
    const operation = buffer.readUInt16LE(start + 2);
    this.#calls.called(call, target, operation, flags & FLAG_COPY, args, end - start, metadata);
  }

  #reply(buffer: Buffer, start: number, end: number, owned: boolean): void {
    const kind = buffer[start] ?? 0;
    const call = buffer.readUInt32LE(start + 4);
    let value: unknown;
    this.#replies.replying(call);
    try {
      value = this.#value(buffer, start, end, owned);
    } catch (error) {
      this.#replies.replied(call, Kind.ERROR, undecodable(error, 'yes'));
      return;
    }
    if (kind === Kind.ERROR && value instanceof UActorError) value.executed = executedOf(buffer[start + 1] ?? 0);
    this.#replies.replied(call, kind, value);
  }

  #reason(buffer: Buffer, start: number, end: number, owned: boolean): unknown {
    const flags = buffer[start + 1];
    try {
      const reason = this.#value(buffer, start, end, owned);
      if (reason !== undefined) return reason;
    } catch (error) {
      return undecodable(error);
    }
    return flags === 0
      ? new DOMException('The call was aborted by its caller', 'AbortError')
      : new DOMException('The deadline of the call passed', 'TimeoutError');
  }

  #value(buffer: Buffer, start: number, end: number, owned: boolean): unknown {
    if (end === start + REPLY_HEADER_BYTES) return undefined;
    const value = this.#decode(buffer, start + REPLY_HEADER_BYTES, end, owned);
    if (isPlantedThenable(value)) throw invalid(THENABLE);
    if (value instanceof Promise) refusePromise(value, 'decode');
    return value;
  }

  #decode(buffer: Buffer, start: number, end: number, owned: boolean): unknown {
    this.#allowance.begin(end - start);
    const codec = this.#codec;
    if (codec.decodeAt !== undefined) return codec.decodeAt(buffer, start, end, owned);
    return codec.decode(buffer.subarray(start, end));
  }
}

function executedOf(flags: number): Executed {
  if (flags & FLAG_MAYBE) return 'maybe';
  return flags & FLAG_RAN ? 'yes' : 'no';
}

function checkedMetadata(value: unknown): CallMetadata {
  if (typeof value !== 'object' || value === null || !isPlainObject(value))
    throw invalid('malformed metadata of a call');
  if (!isMetadata(value)) throw invalid('too many metadata of a call');
  return value;
}

/** Whether the two bytes reserved for later versions are not 0. */
function isReservedUsed(buffer: Buffer, start: number): boolean {
  return buffer.readUInt16LE(start + 2) !== 0;
}

/**
 * Whether JavaScript would treat a received value as a thenable because it contains a function named `then`: resolving a promise
 * with it, or awaiting it, would call the peer unasked and could wait for ever.
 */
function isPlantedThenable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Object.getOwnPropertyDescriptor(value, 'then')?.value === 'function';
}

/** Returns the error of a failed decoding: a {@link SerializerError}, also when the codec has a fault. */
function undecodable(error: unknown, executed: 'no' | 'yes' = 'no'): SerializerError {
  if (error instanceof SerializerError) {
    error.executed = executed;
    return error;
  }
  return new SerializerError('a message could not be decoded', { code: 'INVALID_PAYLOAD', executed, cause: error });
}

/** Reads a 48-bit object id. */
export function readId(buffer: Buffer, at: number): number {
  return buffer.readUInt32LE(at) + buffer.readUInt16LE(at + 4) * ID_HIGH;
}
