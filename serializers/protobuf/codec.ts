import { asBuffer } from '../../core/seam/codec/carried-classes.ts';
import { isStackOverflow } from '../../core/seam/codec/codec-faults.ts';
import { boundedContext, RevivalFailure } from '../../core/seam/codec/traversal.ts';
import { SerializerError } from '../../core/seam/errors.ts';
import type { Output } from '../../core/seam/output.ts';
import type { Codec, CodecContext } from '../../core/seam/serializer.ts';
import { malformed } from './leaf-reader.ts';
import type { MessageRegistry } from './message-registry.ts';
import { ValueReader } from './value-reader.ts';
import { ValueWriter } from './value-writer.ts';

/** The codec of one connection. Between values it keeps memory, and the keys of objects, which are likely to come again. */
export class ProtobufCodec implements Codec {
  readonly #context: CodecContext;
  readonly #messages: MessageRegistry | undefined;
  readonly #reader: ValueReader;
  /** Absent while it is in use: a getter of the value may call code that encodes. */
  #writer: ValueWriter | undefined = undefined;

  constructor(context: CodecContext, messages: MessageRegistry | undefined) {
    this.#context = boundedContext(context);
    this.#messages = messages;
    this.#reader = new ValueReader(this.#context, messages);
  }

  encode(value: unknown, output: Output, maxNodes: number = Infinity): void {
    const writer = this.#writer ?? new ValueWriter(this.#context, this.#messages);
    this.#writer = undefined;
    // A writer that throws is not used again.
    writer.write(value, output, maxNodes);
    this.#writer = writer;
  }

  decode(bytes: Uint8Array): unknown {
    return this.decodeAt(asBuffer(bytes), 0, bytes.length, false);
  }

  decodeAt(buffer: Buffer, start: number, end: number, owned: boolean): unknown {
    try {
      return this.#reader.read(buffer.subarray(start, end), owned);
    } catch (thrown) {
      if (thrown instanceof RevivalFailure) throw thrown.cause;
      if (thrown instanceof SerializerError) throw thrown;
      if (isStackOverflow(thrown)) throw malformed('it is nested too deeply for the remaining stack');
      // The error of protobufjs contains only a position.
      throw malformed('it ends too early, or a field in it is malformed');
    }
  }
}
