import { addExtension, Packr, Unpackr } from 'msgpackr';
import { createRequire } from 'node:module';
import { Output } from 'uactor/plugin';
import { msgpack as other } from 'uactor/serializers/msgpack';
import { expect, test } from 'vitest';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { assertSame, CodecPair, SampleExtensions, serializerError } from '../conformance/codec-pair.ts';
import { SAMPLES } from '../conformance/values.ts';

/** The type of this library's marked values. */
const MARKED_TYPE = 0x75;

test('H58 two copies of the library in one process do not affect each other', () => {
  expect(other).not.toBe(msgpack);
  const extensions = new SampleExtensions();
  const context = { extensions, maxDepth: 1_500, maxNodes: 1e7 };
  const [ours, theirs, receiver] = [new CodecPair(msgpack), other.open(context), other.open(context)];
  for (const { make } of SAMPLES) {
    assertSame(ours.send(make()), make());
    const output = new Output();
    theirs.encode(make(), output);
    assertSame(receiver.decode(Buffer.concat(output.take())), make());
  }
});

test('H58 extensions that the program registers with msgpackr have no effect, whatever their types and classes', () => {
  class Money {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  const write = ({ cents }: Money): unknown => cents;
  const read = (cents: unknown): Money => new Money(Number(cents));
  addExtension({ Class: Money, type: 1, write, read });
  expect(new Unpackr().unpack(new Packr().pack([new Money(5)]))).toStrictEqual([new Money(5)]);
  // The test loads the package in both ways that Node has.
  const required: unknown = createRequire(import.meta.url)('msgpackr');
  const registers: ((extension: object) => void)[] = [addExtension];
  if (isLibrary(required)) registers.push(required.addExtension);
  expect(registers).toHaveLength(2);
  for (const register of registers) {
    register({ Class: Money, type: MARKED_TYPE, write, read });
    register({ Class: Date, type: 255, write: (date: Date): unknown => date.toISOString(), read: String });
    register({ Class: Set, type: 0x73, write: (): unknown => null, read: (): string => 'taken' });
    register({ Class: Money, type: 0x74, write, read });
  }
  for (const { make } of SAMPLES) assertSame(new CodecPair(msgpack).send(make()), make());
  expect(serializerError(() => new CodecPair(msgpack).encode([new Money(5)]))).toMatchObject({
    code: 'UNSERIALIZABLE',
    path: '$[0]',
  });
});

test("H58 the program's setting of msgpackr for large bigints has no effect", () => {
  const required: unknown = createRequire(import.meta.url)('msgpackr');
  const bytes = new CodecPair(msgpack).encode([2n ** 80n]);
  if (isLibrary(required)) {
    required.addExtension({ type: 0x42, unpack: (): string => 'taken' });
  }
  expect(new CodecPair(msgpack).receiver.decode(bytes)).toStrictEqual([2n ** 80n]);
});

function isLibrary(library: unknown): library is { addExtension: (extension: object) => void } {
  return typeof library === 'object' && library !== null && 'addExtension' in library;
}
