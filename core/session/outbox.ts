import type { Exposure } from '../references/exposure.ts';
import type { CallMetadata } from '../seam/call-options.ts';
import { refusePromise } from '../seam/codec/codec-faults.ts';
import { process } from '../seam/environment.ts';
import { type Limits, MIN_HIGH_WATER_BYTES } from '../seam/limits.ts';
import { Output } from '../seam/output.ts';
import type { Codec } from '../seam/serializer.ts';
import type { Connection } from '../seam/transport.ts';
import type { BufferedShare } from './flow-control.ts';
import {
  CALL_HEADER_BYTES,
  CLAIM_BYTES,
  CREDIT_BYTES,
  FLAG_METADATA,
  GRANT_BYTES,
  ID_HIGH,
  Kind,
  LENGTH_BYTES,
  RELEASE_ENTRY_BYTES,
  REPLY_HEADER_BYTES,
  TEXT_HEADER_BYTES,
} from './message.ts';
import { SlowConsumerTimer } from './peer-timers.ts';
import { CallParts, tooLarge, unsendable } from './session-codec.ts';

/** Counts that are made while a message is encoded, and become valid only if the message leaves. */
export interface Staging {
  /** Whether anything was counted for this message. */
  readonly staged: boolean;
  /** @throws {@link UnreadBlobs} when blobs must be read before the message can be written. */
  ready?(): void;
  commit(): void;
  abort(): void;
}

/** Receives the peer's reading progress. */
export interface Reader {
  /** Called when written bytes have left and the connection accepts more. Returns whether anything still waits for that. */
  room(): boolean;
  /** Called when the peer has read nothing for too long while too much waited. */
  tooSlow(): void;
}

/** Object id → number of references to release. */
export type Releases = Map<number, number>;

/**
 * Writes the messages of a session. Everything written in one turn of the event loop leaves in one write; while the connection is
 * full, messages wait here. Releases are collected and written behind everything else, so that none overtakes a use. Messages
 * that must not wait are written in front of everything that the connection has not received yet.
 *
 * Encoding a value can run a getter or a `toJSON` that writes messages: they follow the value, {@link Outbox.afterwards}.
 */
export class Outbox {
  readonly #connection: Connection;
  readonly #codec: Codec;
  readonly #staging: Staging;
  readonly #maxBytes: number;
  #peerMaxBytes = Infinity;
  #peerMaxNodes: number | undefined = undefined;
  readonly #share: BufferedShare;
  readonly #highWaterBytes: number;
  readonly #leastHighWaterBytes: number;
  readonly #output = new Output();
  readonly #slowConsumer: SlowConsumerTimer;
  readonly #parts: CallParts;
  readonly #reader: Reader;
  /** Messages to be sent in front of `output`. */
  readonly #ahead: Uint8Array[] = [];
  #aheadBytes = 0;
  #releases: Releases = new Map();
  #flushAt: 'never' | 'tick' | 'uncork' = 'never';
  #full = false;
  /** Whether anything waits for {@link Reader.room}. The waiting part sets it; {@link Reader.room} updates it. */
  roomWanted = false;
  #bytesWritten = 0;
  /** An upper bound of the bytes that the connection has not sent: its last answer plus everything written since. */
  #connectionBytes = 0;
  #busy = false;
  readonly #afterwards: (() => void)[] = [];
  /** The earlier {@link Output.length}, and the position of the length field, for the message being written. */
  #lengthBefore = 0;
  #lengthField: Buffer = this.#output.buffer;
  #lengthFieldAt = 0;

  constructor(
    connection: Connection,
    codec: Codec,
    staging: Staging,
    limits: Limits,
    share: BufferedShare,
    reader: Reader,
  ) {
    this.#connection = connection;
    this.#codec = codec;
    this.#parts = new CallParts(codec);
    this.#staging = staging;
    this.#maxBytes = limits.maxMessageBytes;
    this.#highWaterBytes = limits.highWaterBytes;
    this.#leastHighWaterBytes = Math.min(limits.highWaterBytes, MIN_HIGH_WATER_BYTES);
    this.#share = share;
    this.#slowConsumer = new SlowConsumerTimer(this, limits, () => reader.tooSlow());
    this.#reader = reader;
  }

  /** Whether a value is being encoded. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Runs `write` after the message that is being written. */
  afterwards(write: () => void): void {
    this.#afterwards.push(write);
    this.#schedule();
  }

  /** The bytes of written values that have not left this process. */
  get bytesQueued(): number {
    return this.#output.length + this.#connection.bytesQueued;
  }

  /** How many bytes may wait: `limits.highWaterBytes`, or less while the process is short of memory. */
  get highWaterBytes(): number {
    return this.#share.pressed ? this.#leastHighWaterBytes : this.#highWaterBytes;
  }

  /** Whether no more bytes than that wait. Asks the connection only if there could be more. */
  get hasRoom(): boolean {
    const written = this.#aheadBytes + this.#output.length;
    if (written + this.#connectionBytes <= this.#leastHighWaterBytes) return true;
    if (written + this.#connectionBytes > this.highWaterBytes) this.#connectionBytes = this.#connection.bytesQueued;
    return written + this.#connectionBytes <= this.highWaterBytes;
  }

  /** Sets the limits that the peer announced for messages. */
  bound(maxMessageBytes: number = Infinity, maxNodes?: number): void {
    this.#peerMaxBytes = maxMessageBytes;
    this.#peerMaxNodes = maxNodes;
  }

  /** Called when the process is short of memory: checks by the lower limit whether the peer is slow. */
  pressed(): void {
    if (this.#full) this.#slowConsumer.check();
  }

  /** The number of bytes that have left this process since the session began. */
  get bytesTaken(): number {
    return this.#bytesWritten - this.#connection.bytesQueued;
  }

  /** Whether the connection is full. */
  get full(): boolean {
    return this.#full;
  }

  /**
   * Writes a CALL, and returns the size of the message in bytes. An empty argument list takes no bytes.
   *
   * @param of - The exposure of the called object, for a codec that wants to see the arguments of methods.
   * @throws {@link SerializerError}, {@link MessageTooLargeError}: nothing was written, no reference counted.
   */
  call(
    call: number,
    target: number,
    operation: number,
    flags: number,
    args: readonly unknown[],
    of?: Exposure,
    metadata?: CallMetadata,
  ): number {
    const wanted = of !== undefined && this.#parts.wanted;
    const prepared = wanted ? this.#prepared(() => this.#parts.arguments(args, of, operation)) : args;
    const parts = metadata === undefined ? prepared : [metadata, ...prepared];
    const hasParts = parts.length > 0; // Read before the message begins: the list's getter may throw.
    const at = this.#begin(Kind.CALL, metadata === undefined ? flags : flags | FLAG_METADATA, CALL_HEADER_BYTES);
    this.#output.buffer.writeUInt16LE(operation, at + 2);
    this.#output.buffer.writeUInt32LE(call, at + 4);
    writeId(this.#output.buffer, target, at + 8);
    return this.#finish(parts, hasParts);
  }

  /**
   * Writes a message about a call: RESULT, ERROR or CANCEL. `undefined` takes no bytes. `of` is the exposure of the object whose
   * method returned the value. Throws like {@link Outbox.call}.
   */
  reply(kind: number, call: number, value: unknown, flags = 0, of?: Exposure, operation = 0): void {
    const wanted = of !== undefined && this.#parts.wanted;
    const part = wanted ? this.#prepared(() => this.#parts.result(value, of, operation)) : value;
    const at = this.#begin(kind, flags, REPLY_HEADER_BYTES);
    this.#output.buffer.writeUInt16LE(0, at + 2);
    this.#output.buffer.writeUInt32LE(call, at + 4);
    this.#finish(part, part !== undefined);
  }

  /** Writes a GRANT: the peer shall hold `id` for the process that presents `ticket`. */
  grant(id: number, ticket: Uint8Array): void {
    const message = this.#control(Kind.GRANT, GRANT_BYTES);
    writeId(message, id, LENGTH_BYTES + 4);
    message.set(ticket, LENGTH_BYTES + 10);
  }

  /** Writes a CLAIM: requests the reference of `ticket` as the result of `call`. */
  claim(call: number, ticket: Uint8Array): void {
    const message = this.#control(Kind.CLAIM, CLAIM_BYTES);
    message.writeUInt32LE(call, LENGTH_BYTES + 4);
    message.set(ticket, LENGTH_BYTES + 8);
  }

  /** Writes a CREDIT: this many bytes of the peer's calls have started. */
  credit(bytes: number): void {
    writeId(this.#control(Kind.CREDIT, CREDIT_BYTES), bytes, LENGTH_BYTES + 4);
  }

  /** Writes a HELLO, PING, PONG or EXPOSURE in front of every unsent value, including the one being encoded. */
  text(kind: number, text = ''): void {
    const bytes = Buffer.from(text);
    this.#control(kind, TEXT_HEADER_BYTES + bytes.length).set(bytes, LENGTH_BYTES + TEXT_HEADER_BYTES);
  }

  /** Writes the END behind everything else, and passes everything to the connection. */
  end(text: string): void {
    this.#runAfterwards();
    this.#begin(Kind.END, 0, TEXT_HEADER_BYTES);
    this.#output.writeText(text, 'utf8');
    this.#end();
    this.#flushAt = 'never';
    this.#write();
  }

  /** Releases `count` references of `id`, behind everything that was written before. */
  release(id: number, count: number): void {
    this.#releases.set(id, (this.#releases.get(id) ?? 0) + count);
    this.#schedule();
  }

  /** Collects messages until {@link Outbox.uncork}, because more will follow in this turn. */
  cork(): void {
    this.#flushAt = 'uncork';
  }

  /** Sends the messages written since {@link Outbox.cork}. */
  uncork(): void {
    this.flush();
  }

  /** Called when the connection accepts bytes again. */
  drained(): void {
    this.#full = false;
    this.flush();
    this.#checkReader();
  }

  /** Sends all written messages, unless the connection is full. */
  flush(): void {
    this.#flushAt = 'never';
    this.#runAfterwards();
    if (!this.#full) this.#write();
    if (this.#full) this.#checkReader();
    else if (this.roomWanted) this.roomWanted = this.#reader.room();
  }

  /** Checks whether the peer is slow: only a full connection has many bytes waiting. */
  #checkReader(): void {
    this.#share.keep('queued', this.bytesQueued);
    this.#slowConsumer.check();
  }

  /** Called when the connection is gone: stops watching the peer. */
  close(): void {
    this.#slowConsumer.stop();
    this.#share.close();
  }

  #write(): void {
    if (this.#releases.size > 0) this.#writeReleases();
    const chunks = this.#takeAll();
    if (chunks.length === 0) return;
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.length;
    this.#bytesWritten += bytes;
    this.#connectionBytes += bytes;
    this.#full = !this.#connection.write(chunks);
    if (this.#connection.settled === true) this.#output.reuse();
  }

  #takeAll(): readonly Uint8Array[] {
    const chunks = this.#output.take();
    if (this.#ahead.length === 0) return chunks;
    const ahead = this.#ahead.splice(0);
    this.#aheadBytes = 0;
    return [...ahead, ...chunks];
  }

  /** Begins a message without a value, which may overtake values. The caller writes the part behind kind, flags and zeros. */
  #control(kind: number, bytes: number): Buffer {
    const message = Buffer.alloc(LENGTH_BYTES + bytes);
    message.writeUInt32LE(bytes);
    message[LENGTH_BYTES] = kind;
    this.#ahead.push(message);
    this.#aheadBytes += message.length;
    this.#schedule();
    return message;
  }

  #runAfterwards(): void {
    while (this.#afterwards.length > 0) {
      for (const write of this.#afterwards.splice(0)) write();
    }
  }

  #begin(kind: number, flags: number, bytes: number): number {
    const output = this.#output;
    output.mark();
    this.#lengthBefore = output.length;
    output.reserve(LENGTH_BYTES + bytes);
    this.#lengthField = output.buffer;
    this.#lengthFieldAt = output.position;
    const at = output.position + LENGTH_BYTES;
    output.buffer[at] = kind;
    output.buffer[at + 1] = flags;
    output.position = at + bytes;
    return at;
  }

  /** Runs a codec's preparation of a value, which may run code of the value. */
  #prepared<Parts>(prepare: () => Parts): Parts {
    this.#busy = true;
    try {
      return prepare();
    } finally {
      this.#busy = false;
    }
  }

  #finish(value: unknown, hasValue: boolean): number {
    let bytes: number;
    this.#busy = true;
    try {
      const returned: unknown = hasValue && this.#codec.encode(value, this.#output, this.#peerMaxNodes);
      if (returned instanceof Promise) refusePromise(returned, 'encode');
      if (this.#staging.staged) this.#staging.ready?.();
      bytes = this.#end();
    } catch (error) {
      this.#output.rewind();
      this.#codec.discarded?.();
      this.#staging.abort();
      throw unsendable(error);
    } finally {
      this.#busy = false;
    }
    if (this.#staging.staged) this.#staging.commit();
    return bytes;
  }

  #end(): number {
    const bytes = this.#output.length - this.#lengthBefore - LENGTH_BYTES;
    if (bytes > this.#maxBytes || bytes > this.#peerMaxBytes) throw tooLarge(bytes, this.#maxBytes, this.#peerMaxBytes);
    this.#lengthField.writeUInt32LE(bytes, this.#lengthFieldAt);
    this.#schedule();
    return bytes;
  }

  #schedule(): void {
    if (this.#flushAt !== 'never') return;
    this.#flushAt = 'tick';
    process.nextTick(flushScheduled, this);
  }

  #writeReleases(): void {
    const releases = this.#releases;
    this.#releases = new Map();
    const perMessage = Math.floor((this.#maxBytes - TEXT_HEADER_BYTES) / RELEASE_ENTRY_BYTES);
    const entries = [...releases];
    for (let from = 0; from < entries.length; from += perMessage) {
      const part = entries.slice(from, from + perMessage);
      let at = this.#begin(Kind.RELEASE, 0, TEXT_HEADER_BYTES + part.length * RELEASE_ENTRY_BYTES) + TEXT_HEADER_BYTES;
      for (const [id, count] of part) {
        writeId(this.#output.buffer, id, at);
        this.#output.buffer.writeUInt32LE(count, at + 6);
        at += RELEASE_ENTRY_BYTES;
      }
      this.#end();
    }
    this.#flushAt = 'never';
  }
}

function flushScheduled(outbox: Outbox): void {
  outbox.flush();
}

/** Writes a 48-bit object id; `writeUIntLE` does the same at five times the cost. */
function writeId(buffer: Buffer, id: number, at: number): void {
  buffer.writeUInt32LE(id % ID_HIGH, at);
  buffer.writeUInt16LE(Math.floor(id / ID_HIGH), at + 4);
}
