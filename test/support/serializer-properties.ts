import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SerializerError } from '../../core/seam/errors.ts';
import type { Serializer } from '../../core/seam/serializer.ts';
import { assertSame, CodecPair, withoutPollution } from '../conformance/codec-pair.ts';
import { anyText } from './any-text.ts';
import { propertyRuns } from './property-runs.ts';

const key = fc.oneof(fc.string(), anyText(), fc.constantFrom('__proto__', '__keys__', 'a', 'b', 'constructor', '1'));
const leaf = fc.oneof(
  anyText({ maxLength: 300 }),
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.float64Array(),
  fc.int16Array(),
);

const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 4 }).map((members) => new Set(members)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => Object.assign([], { 1: items, length: 4 })),
    tie('value').map((shared) => [shared, { again: shared }]),
  ),
}));

/** Shows with random values that a serializer sends them, and survives any change of its messages. */
export function serializerProperties(serializer: Serializer): void {
  test(`U46 ${serializer.name}: any value arrives as it was, on a connection that has carried others`, () => {
    const pair = new CodecPair(serializer);
    fc.assert(
      fc.property(anyValue, (value) => {
        assertSame(pair.send(value), value);
      }),
      { numRuns: propertyRuns(2_000) },
    );
  });

  test(`H68 ${serializer.name}: any change to a message gives a value or a SerializerError, and pollutes nothing`, () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    withoutPollution(() => {
      fc.assert(
        fc.property(anyValue, fc.array(change, { minLength: 1, maxLength: 4 }), (value, changes) => {
          const pair = new CodecPair(serializer);
          const bytes = Buffer.from(pair.encode(value));
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          try {
            pair.receiver.decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(SerializerError);
          }
        }),
        { numRuns: propertyRuns(5_000) },
      );
    });
  });
}
