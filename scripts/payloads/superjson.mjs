/**
 * Creates pieces of superjson: JSON text, the annotation of the value if it has one, and the annotated positions inside, each
 * with its path and its part of `meta`. An `@` in the text stands for the number of a block of bytes.
 */
export function grammar(dice) {
  const key = () => dice.below(36 ** 3).toString(36);
  const letter = () => String.fromCharCode(0x61 + dice.below(26));
  const digits = (count) => Array.from({ length: count }, () => 1 + dice.below(9)).join('');
  return {
    atoms: [
      () => plain('0'),
      () => plain(`${dice.below(2 ** 30) / 7}`),
      () => plain('1e9'),
      () => plain('null'),
      () => plain('""'),
      () => plain(`"${key()}"`),
      () => plain('"\\u0001"'),
      () => plain('"\\u3041"'),
      () => plain('"ab"'),
      () => plain('1e10'),
      () => plain('[]'),
      () => plain('[1]'),
      () => plain('{}'),
      () => plain('{"a":0}'),
      () => plain(`{"${key()}":0}`),
      () => plain(`{"${key()}":0,"${key()}":0}`),
      () => plain(`{${named(dice.of(3, 8, 32, 127, 200), key)}}`),
      () => plain(`{${named(dice.of(2, 4, 8, 24), letter)}}`),
      () => plain(`{"${key()}" :0}`),
      () => plain(`{"z${dice.below(60)}":0}`),
      () => plain(`{"z${dice.below(1_000)}":0}`),
      () => plain(`{"a":0,"z${dice.below(60)}":0}`),
      () => plain(`{"y${dice.below(100)}":0,"z${dice.below(100)}":0}`),
      () => plain(`{"z${dice.below(60)}":0,"1":0}`),
      () => plain('{"\\u0031023":0}'),
      () => plain(`{"${dice.below(100)}":0}`),
      () => plain(`{"${dice.below(100_000)}":0}`),
      () => plain(`{"${dice.below(2 ** 31)}":0}`),
      () => plain('{"\\u0001":0}'),
      () => ({ ...plain('{}'), same: true }),
      () => annotated('null', '"undefined"'),
      () => annotated('"-0"', '"number"'),
      () => annotated(`"${digits(dice.of(1, 20, 1_000, 20_000))}"`, '"bigint"'),
      () => annotated('"1970-01-01T00:00:00.000Z"', '"Date"'),
      () => annotated('"1970"', '"Date"'),
      () => annotated(`"/${key()}/"`, '"regexp"'),
      () => annotated('"//"', '"regexp"'),
      () => annotated('"/(a|b)*?[^c]{3,}/giu"', '"regexp"'),
      () => annotated('"a:"', '"URL"'),
      () => annotated(`"http://${key()}/"`, '"URL"'),
      () => annotated(`"http://\\u00fc${key()}/?\\u00fc"`, '"URL"'),
      () => annotated('[]', '"set"'),
      () => annotated('[0,1,2,3]', '"set"'),
      () => annotated('[]', '"map"'),
      () => annotated('[[0,1],[2,3]]', '"map"'),
      () => annotated('null', own('/invalid-date')),
      () => annotated('@', own(dice.of('/Uint8Array', '/Buffer', '/ArrayBuffer', '/DataView', '/Float64Array'))),
      () => annotated(`{"length":${dice.of(0, 1, 64, 65, 1_024, 2 ** 32 - 1)}}`, own('/sparse-array')),
      () => annotated(`{"0":0,"63":0,"length":${dice.of(64, 65, 4_000_000)}}`, own('/sparse-array')),
      () => annotated('{}', own(':error')),
      () => annotated('{"name":"E","message":"m"}', own(':error')),
      () => annotated('0', own(':box')),
    ],
    wraps: [
      (inner) => around(`[${inner.json}]`, undefined, ['0', inner]),
      (inner) => around(`[${inner.json},${inner.json}]`, undefined, ['0', inner], ['1', inner]),
      (inner) => around(`{"a":${inner.json}}`, undefined, ['a', inner]),
      (inner) => ((name) => around(`{"${name}":${inner.json}}`, undefined, [name, inner]))(key()),
      (inner) => around(`[${inner.json}]`, '"set"', ['0', inner]),
      (inner) => around(`[[${dice.below(10)},${inner.json}]]`, '"map"', ['0.1', inner]),
      (inner) => around(`[[${inner.json},0]]`, '"map"', ['0.0', inner]),
      (inner) => around(`{"3":${inner.json},"length":${dice.of(9, 70, 100_000)}}`, own('/sparse-array'), ['3', inner]),
      (inner) => around(`[${inner.json}]`, own('[]:box'), ['0', inner]),
    ],
    lengthOf: ({ json, annotation, inside }) =>
      json.length +
      1 +
      (annotation === undefined ? 0 : annotation.length + 9) +
      inside.join('').length +
      5 * inside.length,
    shown: (piece) => message([piece]).toString('latin1'),
    message,
  };
}

function named(count, name) {
  return Array.from({ length: count }, () => `"${name()}":0`).join(',');
}

function plain(json) {
  return { json, annotation: undefined, inside: [] };
}

function annotated(json, annotation) {
  return { json, annotation, inside: [] };
}

/** Returns a piece that contains others at these paths. */
function around(json, annotation, ...placed) {
  return { json, annotation, inside: placed.flatMap(([path, piece]) => positions(path, piece)) };
}

function own(name) {
  return `["custom","uactor${name}"]`;
}

/** Returns the part of `meta` for a piece at this path: members of a JSON object. */
function positions(path, { annotation, inside }) {
  if (annotation === undefined) return inside.map((member) => member.replace('"', `"${path}.`));
  return [inside.length === 0 ? `"${path}":[${annotation}]` : `"${path}":[${annotation},{${inside.join(',')}}]`];
}

/** Returns a list of pieces; identical objects are marked as such. */
function message(pieces) {
  let blocks = 0;
  const json = pieces.map((piece) => piece.json.replaceAll('@', () => String(blocks++))).join(',');
  const values = pieces.flatMap((piece, index) => positions(String(index), piece)).join(',');
  const same = pieces.flatMap(({ same: is }, index) => (is === true ? [`"${index}"`] : []));
  const equalities = same.length < 2 ? '' : `"referentialEqualities":{${same[0]}:[${same.slice(1).join(',')}]},`;
  const meta = values === '' && equalities === '' ? '' : `,"meta":{"values":{${values}},${equalities}"v":1}`;
  const text = Buffer.from(`{"json":[${json}]${meta}}`, 'latin1');
  if (blocks === 0) return Buffer.concat([Buffer.of(0), text]);
  const header = Buffer.alloc(5, 2);
  header.writeUInt32LE(text.length, 1);
  return Buffer.concat([header, text, Buffer.alloc(4 * blocks)]);
}
