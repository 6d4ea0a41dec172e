import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FreshClasses } from '../../core/seam/codec/budget.ts';
import { DenseText } from '../../serializers/superjson/dense-text.ts';
import { anyUnit } from '../support/any-text.ts';
import { heapBytes } from '../support/heap-bytes.ts';
import { propertyRuns } from '../support/property-runs.ts';

function read(text: string): unknown {
  return new DenseText(text, new FreshClasses()).read();
}

/** Returns the value that `parse` creates from a text, or records that it rejects the text. */
function outcome(parse: (text: string) => unknown, text: string): { value: unknown } | 'refused' {
  try {
    return { value: parse(text) };
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return 'refused';
  }
}

/** Returns the text of so many members. */
function namesText(count: number): string {
  return Array.from({ length: count }, (_, index) => `"l${index}":${index}`).join(',');
}

/** Returns all names in order, which equality does not compare. */
function ordered(value: unknown): string {
  return JSON.stringify(value);
}

test('H48 a dense text is parsed as JSON.parse parses it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: anyUnit }), fc.constantFrom(0, 1, '\t'), (value, blanks) => {
      const text = JSON.stringify(value, undefined, blanks);
      expect(ordered(read(text))).toBe(ordered(JSON.parse(text)));
    }),
  );
});

const PIECES =
  '{|}|[|]|,|:|"| |\n|\\|\u0000|\u00a0|\ufeff|true|false|null|nul|0|1|-|-0|01|1.5|1.|.5|1e5|1E+5|1e|9007199254740993|123456789012345678|1e400|' +
  '"a"|"b":|"a":1|"__proto__":|"20":|"a":{|"\\u0061":2|"\\ud800"|"\\x"|"a long name of a member":';

test('H48 a text of pieces of JSON is parsed as JSON.parse parses it, or rejected', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES.split('|')), { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      expect(outcome(read, text)).toStrictEqual(outcome(JSON.parse, text));
    }),
    { numRuns: propertyRuns(2_000) },
  );
});

test.each([
  ['repeated names', '[{"a":1,"b":2},{"a":3,"b":4},{"a":5},{"b":6,"a":7},{"a":8,"a":9}]'],
  ['an escaped name after the same one plain', '[{"a":1},{"\\u0061":2},{"a\\"":3},{"a":4}]'],
  ['places in an array', '[{"1":1,"0":0},{"20":1},{"4294967295":1,"a":2}]'],
  ['names of the prototype', '[{"__proto__":{"a":1}},{"constructor":1,"toString":2}]'],
  ['numbers', '[0,-0,10,-10,0.5,-1.25e-7,123456789012345,1234567890123456789,1e309,-1E+2]'],
  ['long text', `["${'x'.repeat(12)}","${'x'.repeat(13)}","${'\u3042'.repeat(40)}","a\\n\\"\\\\\\/b"]`],
  [
    'numbers of many digits',
    '[999999999999999,1000000000000001,9007199254740993,12345678901234567890,99999999999999999999999]',
  ],
  ['deep levels', `${'[{"a":'.repeat(1_000)}1${'}]'.repeat(1_000)}`],
  [
    'thousands of first names, each met again',
    `[${Array.from({ length: 10_000 }, (_, index) => `{"n${index % 5_000}":1,"m":2}`).join(',')}]`,
  ],
  [
    'more names than a hidden class has, then fewer',
    `[${[300, 128, 129, 2, 300].map((count) => `{${namesText(count)}}`).join(',')},{"l0":{${namesText(200)}},"l1":1}]`,
  ],
])('H48 a dense text with %s is parsed as JSON.parse parses it', (_, text) => {
  const value = read(text);
  expect(ordered(value)).toBe(ordered(JSON.parse(text)));
  if (text.length < 20_000) expect(value).toStrictEqual(JSON.parse(text));
});

test.each([
  ['a list that ends as an object', '[1}'],
  ['an object that ends as a list', '{"a":1]'],
  ['a control character in a text', '["a\u0001"]'],
  ['a line feed in a name', '{"a\n":1}'],
  ['no colon after a name', '{"a" 1}'],
  ['a comma after a name', '{"a",1}'],
  ['no colon after a known name', '[{"a":1},{"a" 1}]'],
  ['no quote before a name', '{a":1}'],
  ['no quote before a second name', '{"a":1,b":2}'],
  ['no quote before a name of a dictionary', `{${namesText(130)},a":1}`],
  ['no colon after a name of a dictionary', `{${namesText(130)},"a" 1}`],
  ['a name of a dictionary without an end', `{${namesText(130)},"a`],
])('H48 a dense text with %s is rejected', (_, text) => {
  expect([outcome(JSON.parse, text), outcome(read, text)]).toStrictEqual(['refused', 'refused']);
});

test('H85 a part of a dense text does not retain the whole text', () => {
  const before = heapBytes();
  const texts = Array.from({ length: 4 }, (_, index) => {
    const value = read(`["${`text ${index} `.repeat(10)}","${'x'.repeat(1_000_000)}"]`);
    return Array.isArray(value) ? value.slice(0, 1) : [];
  });
  expect(heapBytes() - before).toBeLessThan(500_000);
  expect(texts).toHaveLength(4);
});

test('H85 the names of a dictionary are not remembered', () => {
  const text = `{${namesText(60_000)}}`;
  let reader: DenseText | undefined = new DenseText(text, new FreshClasses());
  const value = reader.read();
  const before = heapBytes();
  expect(reader).toBeInstanceOf(DenseText);
  reader = undefined;
  expect(before - heapBytes()).toBeLessThan(4_000_000);
  expect(Object.keys(Object(value))).toHaveLength(60_000);
  expect(text.length).toBeGreaterThan(600_000);
});
