/** Creates pieces of MessagePack for the serializer `msgpack`, each a complete array of bytes. */
export function grammar(dice) {
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
  return {
    atoms: [
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

/** Returns an object of this many names that is not a record. */
function odd(count, name) {
  const members = Array.from({ length: count }, () => [...name(), 0]);
  return [0xd4, 0x75, 0, 0x92, 6, 0xde, 0, count, ...members.flat()];
}

function keyed(...names) {
  return [0x80 + names.length, ...names.flatMap((name) => [0xa0 + name.length, ...Buffer.from(name), 0xa0])];
}
