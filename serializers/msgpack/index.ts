import { isStackOverflow } from '../../core/seam/codec/codec-faults.ts';
import { Packr, Unpackr } from 'msgpackr/pack';
import type { Output } from '../../core/seam/output.ts';
import type { Codec, CodecContext, Serializer } from '../../core/seam/serializer.ts';
import { checkLibrary } from './check-library.ts';
import { faults } from './faults.ts';
import { PlainCheck } from './plain-check.ts';
import { MAX_RECORDS, Records } from './records.ts';
import { Revival } from './revival.ts';
import { ValueWalker } from './value-walker.ts';
import { type Announced, WireCheck } from './wire-check.ts';

/** msgpackr recurses on the stack: more levels are never tried. */
const MAX_DEPTH = 1_500;

/** The first byte of a message: the sum of what applies to it. */
const RENEWED = 1;
const MARKED = 2;
const FILLED = 4;

/** What {@link MARKED} and {@link FILLED} announce: marked values are pairs, and what is filled in lies in three arrays. */
const PLAIN: Announced = { marked: false, levels: 0 };
const ANNOUNCED: readonly Announced[] = [
  PLAIN,
  { marked: true, levels: 2 },
  { marked: false, levels: 4 },
  { marked: true, levels: 6 },
];

/** Behind the first byte. */
const BODY = Object.freeze({ start: 1 });

/**
 * The serializer `msgpack`: MessagePack by the npm package `msgpackr`, with its records, so that objects of a shape which
 * the connection has seen before cost their values only.
 *
 * It carries shared and cyclic references, besides cycles through what an extension replaces; proxies and functions are
 * references of their own at each occurrence.
 * It does not carry symbol keys, members that are not enumerable, members of arrays besides their items, the absence of
 * a prototype, `lastIndex` of a RegExp, or that two views share one ArrayBuffer. `maxDepth` beyond 1,500 counts as 1,500.
 *
 * msgpackr knows extensions per process: extension type 0x75 is this library's, and the classes that msgpackr knows by itself
 * must be left to it. A connection does not open where somebody has changed that.
 */
export const msgpack: Serializer = Object.freeze({
  name: 'msgpack',
  open: (context: CodecContext): Codec => new MsgpackCodec(context),
});

class MsgpackCodec implements Codec {
  readonly #context: CodecContext;
  readonly #plainCheck: PlainCheck;
  readonly #records = new Records();
  readonly #wireCheck: WireCheck;
  readonly #reader: Unpackr;
  #writer = newWriter();
  #followsReferences = false;
  /** What the peer does not know yet: that the writer was replaced by one that has defined no shapes. */
  #renewed = false;
  /** Whether the writer has written since the last message that is certain to arrive. */
  #wrote = false;

  constructor(context: CodecContext) {
    const { extensions, maxNodes } = context;
    const maxDepth = Math.min(context.maxDepth, MAX_DEPTH);
    this.#context = { extensions, maxNodes, maxDepth };
    this.#plainCheck = new PlainCheck(maxDepth);
    this.#wireCheck = new WireCheck(this.#records, maxDepth, maxNodes);
    const { structures } = this.#records;
    this.#reader = new Unpackr({ sequential: true, structures, mapsAsObjects: false, copyBuffers: true });
    checkLibrary(this.#reader);
  }

  encode(value: unknown, output: Output): void {
    this.#wrote = false;
    const verdict = this.#plainCheck.judge(value);
    if (verdict === 'special') {
      this.#encodeSpecial(value, output);
      return;
    }
    this.#write(0, value, verdict === 'graph', output);
  }

  decode(bytes: Uint8Array): unknown {
    const source = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const flags = source[0] ?? 0xff;
    if (flags > RENEWED + MARKED + FILLED) throw faults.invalidPayload('its first byte is never written');
    if ((flags & RENEWED) !== 0) this.#records.forget();
    this.#wireCheck.check(source, 1, ANNOUNCED[flags >> 1] ?? PLAIN);
    const read = this.#read(source);
    return (flags & (MARKED + FILLED)) === 0 ? read : this.#revive(read, (flags & FILLED) !== 0);
  }

  discarded(): void {
    // Whatever shapes the writer has defined in that message, the peer will never know them.
    if (this.#wrote) this.#renew();
  }

  #encodeSpecial(value: unknown, output: Output): void {
    const walked = new ValueWalker(this.#context).run(value);
    if (walked.fillings.length > 0) {
      this.#write(MARKED + FILLED, [walked.value, walked.fillings], true, output);
    } else {
      this.#write(MARKED, walked.value, walked.repeated, output);
    }
  }

  #write(flags: number, value: unknown, repeated: boolean, output: Output): void {
    this.#wrote = true;
    const writer = this.#writer;
    // Following references costs the writer a Map of all objects: it is asked to only where there are any.
    if (this.#followsReferences !== repeated) {
      this.#followsReferences = repeated;
      Reflect.set(writer, 'structuredClone', repeated);
    }
    let bytes: Uint8Array;
    try {
      bytes = writer.pack(value);
    } catch (cause) {
      this.#renew();
      if (isStackOverflow(cause)) throw faults.tooDeep(this.#context.maxDepth, '$');
      throw faults.unserializable('a value that changes while it is read', '$', cause);
    }
    output.reserve(1);
    output.buffer[output.position++] = this.#renewed ? flags + RENEWED : flags;
    output.writeOwned(bytes);
    this.#renewed = false;
  }

  #renew(): void {
    this.#writer = newWriter();
    this.#followsReferences = false;
    this.#renewed = true;
    this.#wrote = false;
  }

  #read(source: Buffer): unknown {
    try {
      const value: unknown = this.#reader.unpack(source, BODY);
      return value;
    } catch {
      // The message of msgpackr's error may quote the payload.
      throw faults.invalidPayload('a value in it is malformed');
    }
  }

  #revive(read: unknown, hasFillings: boolean): unknown {
    try {
      return new Revival(this.#context).run(read, hasFillings);
    } catch (cause) {
      if (isStackOverflow(cause)) throw faults.invalidPayload('it is nested too deep for what is left of the stack');
      throw cause;
    }
  }
}

function newWriter(): Packr {
  return new Packr({ sequential: true, maxOwnStructures: MAX_RECORDS, moreTypes: true, useToJSON: false });
}
