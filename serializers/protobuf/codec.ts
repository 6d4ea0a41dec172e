import protobufjs from 'protobufjs/minimal.js';
import { isStackOverflow } from '../../core/seam/codec/codec-faults.ts';
import { SerializerError } from '../../core/seam/errors.ts';
import type { Output } from '../../core/seam/output.ts';
import type { Codec, CodecContext } from '../../core/seam/serializer.ts';
import { BlockWriter } from './block-writer.ts';
import { malformed } from './leaf-reader.ts';
import type { MessageRegistry } from './message-registry.ts';
import { RevivalFailure, ValueReader } from './value-reader.ts';
import { ValueWriter } from './value-writer.ts';

/** Reading and writing recurse on the stack: more levels are never tried. */
const MAX_DEPTH = 1_500;

/** Memory up to this size is kept for the next value; larger memory is given away with what was written into it. */
const KEPT_BYTES = 64 * 1024;

/** The codec of one connection. It keeps nothing between two values but memory. */
export class ProtobufCodec implements Codec {
  readonly #context: CodecContext;
  readonly #messages: MessageRegistry | undefined;
  /** Absent while it is in use: a getter of the value may call something that encodes. */
  #writer: BlockWriter | undefined = undefined;

  constructor(context: CodecContext, messages: MessageRegistry | undefined) {
    const { extensions, maxDepth, maxNodes } = context;
    this.#context = { extensions, maxNodes, maxDepth: Math.min(maxDepth, MAX_DEPTH) };
    this.#messages = messages;
  }

  encode(value: unknown, output: Output): void {
    const writer = this.#writer ?? new BlockWriter();
    this.#writer = undefined;
    new ValueWriter(writer, this.#context, this.#messages).run(value);
    if (writer.hasBlocks) {
      writer.writeTo(output);
      return;
    }
    const size = writer.pos;
    if (size > KEPT_BYTES) {
      output.writeOwned(writer.buf.subarray(0, size));
      return;
    }
    output.reserve(size);
    writer.finishInto(output.buffer, output.position);
    output.position += size;
    writer.reset();
    if (writer.buf.length <= KEPT_BYTES) this.#writer = writer;
  }

  decode(bytes: Uint8Array): unknown {
    const source = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    try {
      return new ValueReader(new protobufjs.BufferReader(source), this.#context, this.#messages).run();
    } catch (thrown) {
      if (thrown instanceof RevivalFailure) throw thrown.cause;
      if (thrown instanceof SerializerError) throw thrown;
      if (isStackOverflow(thrown)) throw malformed('it is nested too deep for what is left of the stack');
      // What protobufjs throws says where it stopped, and is of no use to anybody else.
      throw malformed('it ends too early, or a field in it is malformed');
    }
  }
}
