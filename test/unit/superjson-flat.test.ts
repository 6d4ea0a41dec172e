import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Output } from '../../core/seam/output.ts';
import { SerializerError } from '../../core/seam/errors.ts';
import { FlatReader, writeFlat } from '../../serializers/superjson/flat-text.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';
import { anyText } from '../support/any-text.ts';
import { propertyRuns } from '../support/property-runs.ts';

const RUNS = propertyRuns(2_000);

const items = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.double({ min: -1e6, max: 1e6 }),
  fc.boolean(),
  fc.constantFrom(null, 0, -0, Number.NaN, Infinity, 0.1, -1.5, 1e21, 5e-324, 999999999999999, 9999999999999998),
  fc.string(),
  anyText({ maxLength: 80 }),
  fc.constantFrom(
    '',
    '"',
    '\\',
    '\n',
    '\u007f',
    'Zürich',
    'ÿ',
    'Ā',
    '日本',
    '\u2028',
    '\ud800',
    'x'.repeat(64),
    'x'.repeat(65),
  ),
);
const values = fc.oneof(items, fc.array(items, { maxLength: 10 }), fc.array(fc.constant(7), { maxLength: 3 }));

/** Returns the text that is written directly; `undefined` for a value that needs the general way. */
function flat(value: unknown): string | undefined {
  const output = new Output();
  output.write(Buffer.from('before'));
  const written = writeFlat(value, output);
  const text = Buffer.concat(output.take()).toString('latin1');
  expect(text.startsWith('before')).toBe(true);
  if (!written) expect(text).toBe('before');
  return written ? text.slice('before'.length) : undefined;
}

/** Returns the value that is read directly from a text between other bytes. */
function read(text: string, after = '}'): unknown {
  const bytes = Buffer.from(`"${text}${after}`, 'latin1');
  return new FlatReader().read(bytes, 1, bytes.length - after.length);
}

describe('superjson, flat values', () => {
  test('U46 a value stays complete where the memory of its message ends and the next begins', () => {
    const output = new Output();
    const numbers = Array.from({ length: 20_000 }, (_, index) => index);
    const messages = numbers.map((number) => {
      expect(writeFlat(number, output)).toBe(true);
      return Buffer.concat(output.take()).toString('latin1');
    });
    expect(messages).toEqual(numbers.map((number) => `\0{"json":${number}}`));
  });

  test('U46 directly written text equals that of JSON.stringify, behind its flags', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = flat(value);
        if (text !== undefined) expect(text).toBe(`\0{"json":${JSON.stringify(value)}}`);
      }),
      { numRuns: RUNS },
    );
  });

  test('U46 directly read text equals the result of JSON.parse', () => {
    const texts = fc.oneof(
      values.map((value) => JSON.stringify(value) ?? ''),
      fc.stringMatching(/^-?\d{0,18}(?:\.\d{0,18})?(?:e-?\d)?$/),
      fc
        .array(fc.constantFrom('[', ']', ',', '0', '-', '.', '1', '"', 'a', '\\', 'true', 'null', ' '), {
          maxLength: 8,
        })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const value = read(`\0{"json":${text}}`);
        if (value !== undefined)
          expect(value).toStrictEqual(JSON.parse(Buffer.from(text, 'latin1').toString('latin1')));
      }),
      { numRuns: 5 * RUNS },
    );
  });

  test('the most frequent values of calls take the direct path', () => {
    for (const value of [[1, 2], 3, 'first', true, null, [], ['Ada Lovelace', 17, false, -0.5], [1_700_000_000_000]]) {
      const text = flat(value);
      expect(text).toBeDefined();
      expect(read(text ?? '')).toStrictEqual(value);
    }
  });

  test.each([
    ['a number with more digits than are exact', '9007199254740993'],
    ['a fraction with more digits than are exact', '0.12345678901234567'],
    ['-0', '-0'],
    ['an exponent', '1e3'],
    ['a character that is escaped', '"\\n"'],
    ['text that is not ASCII', '"ü"'],
    ['a list in a list', '[[1]]'],
    ['more items than are worth it', '[1,1,1,1,1,1,1,1,1]'],
    ['a space', '[1, 2]'],
  ])('%s takes the general path', (_what, text) => {
    expect(read(`\0{"json":${text}}`)).toBeUndefined();
    const bytes = Buffer.from(`\0{"json":${text}}`, 'latin1');
    expect(new CodecPair(superjson).receiver.decode(bytes)).toStrictEqual(JSON.parse(text));
  });

  test.each(['', '01', '-', '1.', '.5', '"a', 'tru', '[1', '[1,]', '[,1]', '1]', '[1]]', '1}', '"a""'])(
    'U46 %j is rejected as before',
    (text) => {
      const bytes = Buffer.from(`\0{"json":${text}}`, 'latin1');
      expect(() => new CodecPair(superjson).receiver.decode(bytes)).toThrow(SerializerError);
    },
  );

  test('bytes behind the message do not count as its end', () => {
    expect(read('\0{"json":"abc}', '"}')).toBeUndefined();
    expect(read('\0{"json":[1}', ',2]}')).toBeUndefined();
    expect(read('\0{"json":12}', '3}')).toBe(12);
  });

  test('a list with its own code takes the general path', () => {
    const throwing = [1];
    Object.defineProperty(throwing, 0, {
      enumerable: true,
      get: () => {
        throw new Error('not today');
      },
    });
    expect(flat(throwing)).toBeUndefined();
    expect(() => new CodecPair(superjson).encode(throwing)).toThrow(SerializerError);
    expect(flat(Object.assign([1], { toJSON: () => 2 }))).toBeUndefined();
    expect(flat(new (class List extends Array<number> {})(1, 2))).toBeUndefined();
    let asked = 0;
    const growing = new Proxy([1, 2], {
      get: (list, key) => (key === 'length' ? (asked++ === 0 ? 2 : 1_000) : Reflect.get(list, key)),
    });
    expect(flat(growing)).toBe('\0{"json":[1,2]}');
  });
});
