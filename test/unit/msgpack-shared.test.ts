import { addExtension, Packr, Unpackr } from 'msgpackr';
import { Output } from 'uactor/plugin';
import { msgpack as other } from 'uactor/serializers/msgpack';
import { afterEach, expect, test } from 'vitest';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { MARKED_TYPE, ExtensionPair } from '../../serializers/msgpack/extension-pair.ts';
import { assertSame, CodecPair, SampleExtensions, serializerError } from '../conformance/codec-pair.ts';
import { SAMPLES } from '../conformance/values.ts';

/** What the library registers, as a copy of it that is loaded later would. */
function registerOurs(): void {
  addExtension({
    Class: ExtensionPair,
    type: MARKED_TYPE,
    write: (marked: ExtensionPair): unknown => marked.pair,
    read: (pair: unknown): ExtensionPair => new ExtensionPair(pair),
  });
}

afterEach(registerOurs);

test('H58 two copies of the library in one process share one msgpackr, and neither notices', () => {
  expect(other).not.toBe(msgpack);
  const extensions = new SampleExtensions();
  const context = { extensions, maxDepth: 1_500, maxNodes: 1e7 };
  const [ours, theirs, receiver] = [new CodecPair(msgpack), other.open(context), other.open(context)];
  for (const { make } of SAMPLES) {
    // The copy that was loaded last has made the pairs of both.
    assertSame(ours.send(make()), make());
    const output = new Output();
    theirs.encode(make(), output);
    assertSame(receiver.decode(Buffer.concat(output.take())), make());
  }
});

test('H58 extensions that the program registers with msgpackr under other types change nothing', () => {
  class Money {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  addExtension({
    Class: Money,
    type: 1,
    write: ({ cents }: Money): unknown => cents,
    read: (cents: unknown): Money => new Money(Number(cents)),
  });
  expect(new Unpackr().unpack(new Packr().pack([new Money(5)]))).toStrictEqual([new Money(5)]);
  const pair = new CodecPair(msgpack);
  assertSame(pair.send([-0, new Date(1), /a/]), [-0, new Date(1), /a/]);
  expect(serializerError(() => pair.encode([new Money(5)]))).toMatchObject({ code: 'UNSERIALIZABLE', path: '$[0]' });
});

test('H58 an extension of the program that takes the type of this library is told when a connection opens', () => {
  class Taken {
    readonly taken = true;
  }
  addExtension({ Class: Taken, type: MARKED_TYPE, write: (): unknown => null, read: (): Taken => new Taken() });
  const error = serializerError(() => new CodecPair(msgpack));
  expect(error.code).toBe('SERIALIZER_MISSING');
  expect(error.message).toMatch(/addExtension.*0x75.*another serializer/);
  registerOurs();
  expect(new CodecPair(msgpack).send([-0])).toStrictEqual([-0]);
});

test('H58 so is one for a class that msgpackr knows by itself', () => {
  const read = new Unpackr().unpack(new Packr().pack(new Date(1_000)));
  expect(read).toStrictEqual(new Date(1_000));
  addExtension({ Class: Date, type: 255, write: (date: Date): unknown => date.toISOString(), read: String });
  expect(serializerError(() => new CodecPair(msgpack)).code).toBe('SERIALIZER_MISSING');
});
