/** The tokens of records. */
const FIRST_RECORD = 0x40;
const RECORDS = 64;

/**
 * Creates pieces of MessagePack for the serializer `msgpack`, each a complete array of bytes. After earlier messages, some use shapes that
 * those have defined.
 */
export function grammar(dice, isAfterOthers) {
  const letter = () => 0x61 + dice.below(26);
  const shortKey = () => [0xa2, ...dice.bytes(2).map((byte) => byte & 0x7f)];
  const record = (count, name) => [
    0xd4,
    0x72,
    0x40 + dice.below(64),
    0xdc,
    0,
    count,
    ...Array.from({ length: count }, name).flat(),
    ...Array.from({ length: count }, () => 0),
  ];
  /** Objects of shapes that were defined: of one, two or eight members, as {@link earlier} has them. */
  const known = [
    () => [FIRST_RECORD + 3 * dice.below(21), 0xcd, 1, 0],
    () => [FIRST_RECORD + 3 * dice.below(21) + 1, 0xcd, 1, 0, 0],
    () => [FIRST_RECORD + 3 * dice.below(21) + 2, ...Array.from({ length: 8 }, () => 0)],
    () => [FIRST_RECORD + 3 * dice.below(21) + 1, 0xcd, 1, 0, 0xcd, 1, 0],
  ];
  return {
    before: isAfterOthers ? earlier() : [],
    atoms: [
      ...(isAfterOthers ? known : []),
      () => [dice.below(64)],
      () => [0xc0],
      () => [0xd4, 0, 0],
      () => [0x80],
      () => [0x90],
      () => [0xd4, 0x73, 0, 0x90],
      () => [0xd6, 0xff, 0, 0, 0, 1],
      () => [0xd4, 0xff, 0xff],
      () => [0xc4, 0],
      () => [0xc7, 1, 0x74, dice.of(0, 1, 9, 16, 17)],
      () => [0xc7, 1, 0x42, 1],
      () => [0xd3, ...dice.bytes(8)],
      () => [0xcb, ...dice.bytes(8)],
      () => [0xce, ...dice.bytes(4)],
      () => [0xa2, letter(), letter()],
      () => ((length) => [0xa0 + length, ...Array.from({ length }, letter)])(dice.of(4, 16, 17, 24)),
      () => [0xa3, 0xe6, 0x97, 0x80 + dice.below(64)],
      () => [0xd4, 0x75, 0, 0x92, 3, 0xa3, 0x61, 0x3a, 0x62],
      () => [0xd4, 0x75, 0, 0x92, 4, 0xa2, 0x2f, letter()],
      () => [0xd4, 0x75, 0, 0x92, 2, 0xc4, 0],
      () => [0xd4, 0x75, 0, 0x92, 7, 0x92, 0x90, dice.of(0, 63)],
      () => [0xd4, 0x75, 0, 0x92, 7, 0x92, 0x90, 0xcd, dice.of(0, 4, 5), dice.below(256)],
      () => [0xd4, 0x75, 0, 0x92, 7, 0x94, 0x90, 0xcd, 0xff, 0xff, dice.below(63), 0],
      () => [0xd4, 0x75, 0, 0x92, 6, 0x80],
      () => [0xd4, 0x75, 0, 0x92, 0xa5, ...Buffer.from('error'), ...keyed('name', 'message')],
      () => [0xd4, 0x75, 0, 0x92, 0xa3, ...Buffer.from('box'), 0],
      () => [0x40],
      () => record(dice.of(1, 2, 8, 60), shortKey),
      () => record(dice.of(2, 4, 8, 24), () => [0xa1, letter()]),
      () => record(1, () => [0xa3, 0x7a, ...digits(dice.below(1_000))]),
      () => odd(dice.of(1, 8, 32, 127), shortKey),
    ],
    wraps: [
      (inner) => [0x91, ...inner],
      (inner) => [0x92, ...inner, ...inner],
      (inner) => [0x81, dice.below(64), ...inner],
      (inner) => [0x82, 1, ...inner, 2, ...inner],
      (inner) => [0xd4, 0x73, 0, 0x91, ...inner],
      (inner) => [0xd4, 0x72, 0x40 + dice.below(64), 0x91, ...shortKey(), ...inner],
      (inner) => [0xd4, 0x75, 0, 0x92, 6, 0x81, ...shortKey(), ...inner],
      (inner) => [0xd4, 0x75, 0, 0x92, 7, 0x94, 0x90, 9, dice.below(9), ...inner],
      (inner) => [0xd4, 0x75, 0, 0x92, 0xa3, ...Buffer.from('box'), ...inner],
    ],
    lengthOf: (piece) => piece.length,
    shown: (piece) => Buffer.from(piece).toString('hex'),
    /** Returns a list of pieces. */
    message(pieces) {
      const header = Buffer.of(2, 0xdd, 0, 0, 0, 0);
      header.writeUInt32BE(pieces.length, 2);
      return Buffer.concat([header, ...pieces.map((piece) => Buffer.from(piece))]);
    },
  };
}

/** The uses after which a shape is compiled, and the shapes that a connection compiles. */
const USES = 17;
const COMPILED = 256;

/** Returns messages after which a codec compiles no further shape, and knows one for each token: of one, two and eight names in turn. */
function earlier() {
  const compiled = Array.from({ length: COMPILED }, (_, index) => {
    const token = FIRST_RECORD + (index % RECORDS);
    return [...shape(token, [`c${index}`]), ...Array.from({ length: USES }, () => [token, 0]).flat()];
  });
  const used = Array.from({ length: COMPILED / RECORDS }, (_, part) => {
    const pieces = compiled.slice(part * RECORDS, (part + 1) * RECORDS);
    return Buffer.from([0, 0xdc, ...uint16(pieces.length * (USES + 1)), ...pieces.flat()]);
  });
  const shapes = Array.from({ length: RECORDS }, (_, index) => {
    const names = [`z${index}`, ...Array.from({ length: 7 }, (_name, place) => `m${place}`)];
    const chosen = [names.slice(0, 1), ['a', names[0]], names][index % 3];
    return shape(FIRST_RECORD + index, chosen);
  });
  return [...used, Buffer.from([0, 0xdc, ...uint16(shapes.length), ...shapes.flat()])];
}

/** The definition of a shape, and an object of it. */
function shape(token, names) {
  return [0xd4, 0x72, token, 0x90 + names.length, ...names.flatMap(text), ...names.map(() => 0)];
}

function text(characters) {
  return [0xa0 + characters.length, ...Buffer.from(characters)];
}

function uint16(number) {
  return [number >> 8, number & 0xff];
}

/** Returns an object of this many names that is not a record. */
function odd(count, name) {
  const members = Array.from({ length: count }, () => [...name(), 0]);
  return [0xd4, 0x75, 0, 0x92, 6, 0xde, 0, count, ...members.flat()];
}

function keyed(...names) {
  return [0x80 + names.length, ...names.flatMap((name) => [0xa0 + name.length, ...Buffer.from(name), 0xa0])];
}

/** Returns two characters that stand for a number below 1,024. */
function digits(number) {
  return [0x40 + Math.floor(number / 32), 0x40 + (number % 32)];
}
