import assert from 'node:assert/strict';
import { SerializerError } from '../../core/errors.ts';
import type { Serializer } from '../../core/serializer.ts';
import { Boxed, CodecPair, serializerError, withoutPollution } from './codec-pair.ts';
import type { TestFunctions } from './transport-suite.ts';
import { SAMPLES, withOwnProto } from './values.ts';

/** Up to so many bytes of a message every one is changed; of longer ones a sample. */
const MUTATED_BYTES = 400;

/** How often random bytes are decoded. */
const RANDOM_MESSAGES = 300;

/** What {@link serializerConformance} tries with bytes that no codec wrote. */
export function serializerHostileConformance(functions: TestFunctions, serializer: Serializer): void {
  const { describe } = functions;
  const test = (name: string, body: () => void): void => functions.test(name, () => Promise.resolve().then(body));

  describe(`serializer ${serializer.name}, bytes of a stranger`, () => {
    test('H68 a message cut anywhere is refused, and none of it is in the error', () => {
      const bytes = new CodecPair(serializer).encode(golden());
      withoutPollution(() => {
        for (let length = 0; length < bytes.length; length += stride(bytes)) {
          const error = decodeStrange(serializer, bytes.subarray(0, length));
          assert.ok(error instanceof SerializerError, `cut to ${length} bytes it must be refused`);
        }
      });
    });

    test('H68 a message with any bit turned gives a value or a SerializerError', () => {
      const bytes = new CodecPair(serializer).encode(golden());
      withoutPollution(() => {
        for (let index = 0; index < bytes.length; index += stride(bytes)) {
          for (let bit = 1; bit < 256; bit *= 2) {
            const changed = Uint8Array.from(bytes);
            changed[index] = (changed[index] ?? 0) ^ bit;
            decodeStrange(serializer, changed);
          }
        }
      });
    });

    test('H68 random bytes give a value or a SerializerError', () => {
      const next = random(20_240_229);
      withoutPollution(() => {
        for (let round = 0; round < RANDOM_MESSAGES; round++) {
          decodeStrange(
            serializer,
            Uint8Array.from({ length: next(64) }, () => next(256)),
          );
        }
      });
    });

    test('H55 bytes behind the value are refused', () => {
      for (const { make } of SAMPLES) {
        const bytes = new CodecPair(serializer).encode(make());
        const longer = Buffer.concat([bytes, Buffer.from('1')]);
        const error = serializerError(() => new CodecPair(serializer).receiver.decode(longer));
        assert.equal(error.code, 'INVALID_PAYLOAD');
      }
    });

    test('H53 more values than the limit allows are refused before they exist', () => {
      const many = Array.from({ length: 1_000_000 }, () => []);
      const bytes = new CodecPair(serializer).encode(many);
      const reader = new CodecPair(serializer, { maxNodes: 10_000 });
      assert.equal(serializerError(() => reader.receiver.decode(bytes)).code, 'INVALID_PAYLOAD');
    });

    test('H49 honest large values stay cheap: 100,000 entries of a Map, 100,000 objects', () => {
      const map = new Map(Array.from({ length: 100_000 }, (_, index) => [index, new Date(index)]));
      const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, at: new Date(id) }));
      const pair = new CodecPair(serializer);
      // What takes time with the square of their number does not end before the test is given up.
      const [arrivedMap, arrivedRows] = [pair.send(map), pair.send(rows)];
      assert.ok(arrivedMap instanceof Map && Array.isArray(arrivedRows));
      assert.deepStrictEqual([arrivedMap.size, arrivedMap.get(99_999)], [100_000, new Date(99_999)]);
      assert.deepStrictEqual(
        [arrivedRows.length, arrivedRows[99_999]],
        [100_000, { id: 99_999, at: new Date(99_999) }],
      );
    });
  });
}

const SECRET = 'tell-nobody';

function golden(): unknown {
  const shared = { at: new Date(1) };
  return [
    SECRET,
    {
      shared,
      again: [shared],
      map: new Map<unknown, unknown>([[SECRET, new Set([1n, -0])]]),
      url: new URL('http://h/'),
    },
    withOwnProto(Buffer.from(SECRET)),
    new Boxed([new TypeError(SECRET), /x/g, undefined, Number.NaN]),
  ];
}

/** Decodes with a fresh codec; the error, which must be a SerializerError that quotes nothing, or `undefined`. */
function decodeStrange(serializer: Serializer, bytes: Uint8Array): SerializerError | undefined {
  try {
    new CodecPair(serializer).receiver.decode(bytes);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof SerializerError, `a SerializerError was expected, not ${String(error)}`);
    assert.ok(!error.message.includes(SECRET) && !String(error.cause).includes(SECRET));
    return error;
  }
}

function stride(bytes: Uint8Array): number {
  return Math.max(1, Math.floor(bytes.length / MUTATED_BYTES));
}

/** Numbers below a bound that are the same in every run (a linear congruential generator). */
function random(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
