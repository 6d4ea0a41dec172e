import { Crafted, Crafting } from '#fixtures/crafting.js';
import type { Remote } from 'uactor';
import { DEFAULT_LIMITS, Output, type Serializer, SerializerError } from 'uactor/plugin';
import { msgpack } from 'uactor/serializers/msgpack';
import { protobuf } from 'uactor/serializers/protobuf';
import { superjson } from 'uactor/serializers/superjson';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertSame } from '../conformance/codec-pair.ts';
import { withOwnProto } from '../conformance/values.ts';
import { failure } from '../support/failure.ts';

type Vector = readonly [title: string, bytes: Uint8Array];

const LONG = 'x'.repeat(1_000_000);
const DIGITS = Buffer.alloc(415_416, 1);

function text(json: string): Uint8Array {
  return Buffer.from(`\u0000${json}`, 'latin1');
}

function annotated(json: string, kind: string): Uint8Array {
  return text(JSON.stringify({ json: [json], meta: { values: { 0: [kind] }, v: 1 } }));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

/** Returns a field of a protobuf message that contains bytes. */
function field(number: number, body: Uint8Array): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(body.length), body]);
}

function nested(levels: number): Buffer {
  let list = Buffer.of();
  for (let level = 0; level < levels; level++) list = Buffer.from(field(6, field(1, list)));
  return list;
}

/** Returns an argument list with one text, whose last bytes are missing. */
function cut(serializer: Serializer): Vector {
  const extensions = { replace: () => undefined, revive: () => undefined };
  const output = new Output();
  serializer.open({ extensions, ...DEFAULT_LIMITS }).encode(['text', new Date(1), { a: [1] }], output);
  const bytes = Buffer.concat(output.take());
  return ['H68 a message that is cut', bytes.subarray(0, -3)];
}

const ATTACKS = [
  {
    serializer: superjson,
    vectors: [
      cut(superjson),
      ['H45 a path to a function', text('{"json":[{}],"meta":{"values":{"0.toString.caller":["undefined"]},"v":1}}')],
      ['H52 a million levels', text(`{"json":${'['.repeat(1e6)}${']'.repeat(1e6)}}`)],
      ['H64 a bigint of a million digits', annotated('9'.repeat(1e6), 'bigint')],
      ['H64 a RegExp of a megabyte', annotated(`/${LONG}/`, 'regexp')],
      ['H64 a URL of a megabyte', annotated(`http://h/${LONG}`, 'URL')],
    ],
  },
  {
    serializer: msgpack,
    vectors: [
      cut(msgpack),
      ['H52 a million levels', Buffer.concat([Buffer.of(0), Buffer.alloc(1e6, 0x91), Buffer.of(0xc0)])],
      ['H57 an array of 2^32 - 1 items', Buffer.of(0, 0xdd, 0xff, 0xff, 0xff, 0xff)],
      ['H58 a loop of nine bytes', Buffer.of(0, 0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70)],
      ['H64 a bigint of a million digits', Buffer.concat([Buffer.of(0, 0xc9, 0, 6, 0x56, 0xb8, 0x42), DIGITS])],
    ],
  },
  {
    serializer: protobuf,
    vectors: [
      cut(protobuf),
      ['H52 2,000 levels', nested(2_000)],
      ['H59 a length beyond the message', Buffer.of(0x22, 0xff, 0xff, 0xff, 0x7f)],
      ['H64 a bigint of a million digits', field(6, field(1, field(17, DIGITS)))],
      ['H64 a URL of a megabyte', field(6, field(1, field(21, Buffer.from(`http://h/${LONG}`))))],
    ],
  },
] satisfies readonly { serializer: Serializer; vectors: readonly Vector[] }[];

function prototypeKeys(): readonly string[] {
  return [Object.prototype, Array.prototype, Function.prototype].flatMap((prototype) =>
    Reflect.ownKeys(prototype).map(String),
  );
}

for (const { serializer, vectors } of ATTACKS) {
  describe(`hostile payloads over ${serializer.name}`, () => {
    const clean = prototypeKeys();
    let actor: Remote<typeof Crafting>;

    beforeAll(async () => {
      actor = await Crafting.with({ serializer: serializer.name }).spawn();
    });

    afterAll(async () => {
      expect(await actor.prototypeKeys()).toEqual(clean);
      expect(prototypeKeys()).toEqual(clean);
      await actor.shutdown();
    });

    for (const [title, bytes] of vectors) {
      test(`U49 ${title} fails only that call, as arguments and as result`, async () => {
        const under = actor.echo('under way');
        const refusals = [actor.echo(new Crafted(bytes)), actor.craft(bytes)].map((call) => failure(call));
        for (const error of await Promise.all(refusals)) {
          expect(error).toBeInstanceOf(SerializerError);
          expect(error).toMatchObject({ code: 'INVALID_PAYLOAD' });
        }
        expect(await under).toBe('under way');
        expect(await actor.echo('and on')).toBe('and on');
      });
    }

    test('H51 H66 special names stay data in both directions', async () => {
      const value: unknown = JSON.parse('{"toJSON":1,"then":2,"valueOf":{"then":null},"constructor":{"name":"Map"}}');
      assertSame(await actor.echo(value), value);
      assertSame(await actor.echo([withOwnProto(1)]), [withOwnProto(1)]);
    });

    test('H65 100,000 integer-like keys are data, and the connection continues', async () => {
      const value = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [String(index * 65_536), index]));
      expect(await actor.echo(value)).toStrictEqual(value);
    });
  });
}
