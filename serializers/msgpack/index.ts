/**
 * The serializer `msgpack`: binary and compact.
 *
 * @module uactor/serializers/msgpack
 */
import { asBuffer } from '../../core/seam/codec/carried-classes.ts';
import { isStackOverflow } from '../../core/seam/codec/codec-faults.ts';
import { boundedContext, RevivalFailure } from '../../core/seam/codec/traversal.ts';
import type { Output } from '../../core/seam/output.ts';
import type { Codec, CodecContext, Serializer } from '../../core/seam/serializer.ts';
import { DefinitionScan } from './definition-scan.ts';
import { FLAG, faults } from './format.ts';
import { ValueReader } from './value-reader.ts';
import { ValueWriter } from './value-writer.ts';

/**
 * The serializer `msgpack`: MessagePack with the records of the npm package `msgpackr`, so that objects of a shape that the
 * connection already knows only need their values. It writes and reads in one pass, including all checks.
 *
 * It keeps shared and cyclic references, except cycles through values that an extension replaces; each occurrence of a proxy or
 * function is a reference of its own. It does not keep symbol keys, members that are not enumerable, members of arrays other than
 * their items, the absence of a prototype, `lastIndex` of a RegExp, or that two views share one ArrayBuffer. `maxDepth` beyond
 * 1,500 counts as 1,500.
 */
export const msgpack: Serializer = Object.freeze({
  name: 'msgpack',
  open: (context: CodecContext): Codec => new MsgpackCodec(context),
});

class MsgpackCodec implements Codec {
  readonly #writer: ValueWriter;
  readonly #reader: ValueReader;

  constructor(context: CodecContext) {
    const bounded = boundedContext(context);
    this.#writer = new ValueWriter(bounded);
    this.#reader = new ValueReader(bounded);
  }

  encode(value: unknown, output: Output, maxNodes = Infinity): void {
    this.#writer.write(value, output, maxNodes);
  }

  decode(bytes: Uint8Array): unknown {
    return this.decodeAt(asBuffer(bytes), 0, bytes.length, false);
  }

  decodeAt(buffer: Buffer, start: number, end: number, owned: boolean): unknown {
    const { shapes } = this.#reader;
    shapes.commit();
    try {
      return this.#reader.read(buffer, start, end, owned);
    } catch (thrown) {
      shapes.undo();
      new DefinitionScan(shapes, buffer, start + 1, end).run(((buffer[start] ?? 0) & FLAG.padded) !== 0);
      if (thrown instanceof RevivalFailure) throw thrown.cause;
      if (isStackOverflow(thrown)) throw faults.invalidPayload('it is nested too deeply for the remaining stack');
      throw thrown;
    } finally {
      this.#reader.release();
    }
  }

  discarded(): void {
    this.#writer.undo();
  }
}
