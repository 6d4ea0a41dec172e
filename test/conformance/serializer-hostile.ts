import assert from 'node:assert/strict';
import { SerializerError } from '../../core/seam/errors.ts';
import type { Serializer } from '../../core/seam/serializer.ts';
import { Boxed, CodecPair, serializerError, withoutPollution } from './codec-pair.ts';
import { ROOMY_HEAP } from './heap.ts';
import type { TestFunctions } from './test-functions.ts';
import { SAMPLES, withOwnProto } from './values.ts';

/** Of messages up to this length every byte is changed; of longer ones a sample. */
const MUTATED_BYTES = 400;

/**
 * The number of entries and objects in large values. Such values exist several times over meanwhile: before, after, and as
 * messages.
 */
const MANY = ROOMY_HEAP ? 100_000 : 30_000;

/** The number of random messages. */
const RANDOM_MESSAGES = 300;

/** The part of {@link serializerConformance} with bytes that no codec wrote. */
export function serializerHostileConformance(functions: TestFunctions, serializer: Serializer): void {
  const { describe } = functions;
  const test = (name: string, body: () => void): void => functions.test(name, () => Promise.resolve().then(body));

  describe(`serializer ${serializer.name}, foreign bytes`, () => {
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
      const many = Array.from({ length: 100_000 }, () => []);
      const bytes = new CodecPair(serializer).encode(many);
      const reader = new CodecPair(serializer, { maxNodes: 10_000 });
      assert.equal(serializerError(() => reader.receiver.decode(bytes)).code, 'INVALID_PAYLOAD');
    });

    // Work that takes quadratic time does not end before the test's deadline.
    test(`H49 an honest Map of ${MANY} dates arrives`, () => {
      const arrived = new CodecPair(serializer).send(
        new Map(Array.from({ length: MANY }, (_, index) => [index, new Date(index)])),
      );
      assert.ok(arrived instanceof Map);
      assert.deepStrictEqual([arrived.size, arrived.get(MANY - 1)], [MANY, new Date(MANY - 1)]);
    });

    test(`H49 ${MANY} honest objects arrive`, () => {
      const arrived = new CodecPair(serializer).send(
        Array.from({ length: MANY }, (_, id) => ({ id, at: new Date(id) })),
      );
      assert.ok(Array.isArray(arrived));
      assert.deepStrictEqual([arrived.length, arrived[MANY - 1]], [MANY, { id: MANY - 1, at: new Date(MANY - 1) }]);
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

/** Decodes with a new codec. Returns the error, which must be a SerializerError that quotes nothing, or `undefined`. */
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

/** Returns random numbers below a bound that are equal in every run (a linear congruential generator). */
function random(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
