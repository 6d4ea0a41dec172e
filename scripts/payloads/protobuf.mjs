import { bytesField as field, varint } from './wire.mjs';

/** The number of shapes of one name, and of two names, at the beginning of each message. */
const SHAPES = 1_000;

/** Creates pieces of protobuf for the serializer `protobuf`: each the bytes of a `Value` of `value.proto`. */
export function grammar(dice) {
  const key = () => [...Buffer.from(dice.below(36 ** 3).toString(36))];
  const letter = () => [0x61 + dice.below(26)];
  const shapes = [1, 2].flatMap((count) =>
    Array.from({ length: SHAPES }, (_, index) => {
      const names = texts('b', `z${index}`);
      return record(count, () => names.pop() ?? []);
    }),
  );
  return {
    atoms: [
      () => [8, dice.below(4)],
      () => [16, dice.below(128)],
      () => [16, ...varint(dice.below(2 ** 31)).slice(0, 5)],
      () => [25, ...dice.bytes(8)],
      () => field(4, key()),
      () => field(4, []),
      () => field(5, []),
      () => field(5, [8, 1]),
      () => record(dice.of(1, 2, 8, 64, 65, 127), key),
      () => record(dice.of(2, 4, 8, 24), letter),
      () => record(1, () => [0x7a, 0x40 + dice.below(60)]),
      () =>
        record(
          2,
          (
            (names) => () =>
              names.pop() ?? [0x7a, 0x40 + dice.below(60)]
          )([[0x61]]),
        ),
      () => field(5, [8, ...varint(1 + dice.below(dice.of(60, SHAPES))), ...field(3, [8, 1])]),
      () =>
        field(5, [
          8,
          ...varint(1 + SHAPES + dice.below(dice.of(60, SHAPES))),
          ...field(3, [8, 1]),
          ...field(3, [8, 1]),
        ]),
      () => field(6, []),
      () => field(7, field(1, [])),
      () =>
        field(
          7,
          field(
            1,
            [...dice.bytes(dice.of(1, 7, 100))].map((byte) => byte & 0x7f),
          ),
        ),
      () => field(8, field(1, [])),
      () => field(8, field(1, double(dice.below(2 ** 30) / 7))),
      () => field(9, []),
      () => field(9, [...item([]), ...item([])]),
      () => [81, ...double(dice.below(1_000))],
      () => [88, ...varint(dice.below(300))],
      () => field(12, []),
      () => field(13, []),
      () => field(14, []),
      () => field(16, field(2, [])),
      () => field(16, [8, dice.below(14)]),
      () => field(17, [1 + dice.below(255), ...dice.bytes(dice.of(0, 1, 8))]),
      () => field(18, [1 + dice.below(255)]),
      () => field(19, []),
      () => field(19, [...dice.bytes(2)]),
      () => field(20, field(2, [0x61 + dice.below(26), 0])),
      () => field(20, [...field(1, [0x67]), ...field(2, [0x61 + dice.below(26), 0])]),
      () => field(21, [...Buffer.from('a:b')]),
      () => field(21, [...Buffer.from('http://a/'), ...key()]),
      () => field(22, sparse(dice.of(0, 1, 63, 64, 65, 127, 1_000, 1_024, 1_025, 2 ** 31, 2 ** 32 - 1))),
      () => field(22, sparse(dice.of(64, 1_024, 65_535), [dice.below(64), [8, 1]])),
      () => field(23, []),
      () => extension('error', field(5, [])),
      () => extension('box', [8, 1]),
    ],
    wraps: [
      (inner) => field(6, item(inner)),
      (inner) => field(6, [...item(inner), ...item(inner)]),
      (inner) => field(5, [...field(2, key()), ...field(3, inner)]),
      (inner) => field(5, [...field(2, key()), ...field(2, [0x7e]), ...field(3, inner), ...field(3, inner)]),
      (inner) => field(5, [8, 1, ...field(3, inner)]),
      (inner) => field(12, [...item([16, dice.below(128)]), ...item(inner)]),
      (inner) => field(12, [...item(inner), ...item([8, 1])]),
      (inner) => field(13, item(inner)),
      (inner) => field(22, sparse(dice.of(9, 70, 1_024, 2 ** 32 - 1), [dice.below(9), inner])),
      (inner) => field(23, [...item(field(4, key())), ...item(inner)]),
      (inner) => extension('box', inner),
    ],
    lengthOf: (piece) => piece.length + 1 + varint(piece.length).length,
    shown: (piece) => Buffer.from(piece).toString('hex'),
    /** Returns a list of pieces, after objects whose shapes they use. */
    message(pieces) {
      const items = Buffer.concat(
        [...shapes, ...pieces].flatMap((piece) => [Buffer.of(10, ...varint(piece.length)), Buffer.from(piece)]),
      );
      return Buffer.concat([Buffer.of(50, ...varint(items.length)), items]);
    },
  };
}

/** Returns an object of this many names, each with a member of three bytes. */
function record(count, name) {
  const names = Array.from({ length: count }, () => field(2, name()));
  return field(5, [...names.flat(), ...names.flatMap(() => field(3, [8, 1]))]);
}

function item(value) {
  return field(1, value);
}

function double(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(number);
  return [...bytes];
}

function sparse(length, ...items) {
  const stated = [8, ...varint(length)];
  if (items.length === 0) return stated;
  const indices = items.flatMap(([at]) => varint(at));
  return [...stated, ...field(2, indices), ...items.flatMap(([, value]) => field(3, value))];
}

function extension(tag, data) {
  return field(15, [...field(1, [...Buffer.from(tag)]), ...field(2, data)]);
}

function texts(...names) {
  return names.map((name) => [...Buffer.from(name)]);
}
