import { shop } from '../../test/support/protobuf/shop.js';
import { bytesField as field, varint } from './wire.mjs';

/**
 * Messages of a schema given to the serializer `protobuf`, each piece the bytes of one: of `message.proto`, whose fields are
 * known by reflection, or of classes of the static generator, whose fields are not.
 */
export const SCHEMAS = {
  'protobuf+files': {
    schema: { files: [new URL('message.proto', import.meta.url)] },
    grammar: (dice) => grammar(kindsOf(dice), 'w.M', 2, (pieces) => [pieces.flatMap((piece) => field(1, piece))]),
  },
  'protobuf+classes': {
    schema: { types: { 'shop.Order': shop.Order } },
    grammar: (dice) => grammar(orderKindsOf(dice), 'shop.Order', 42, (pieces) => pieces),
  },
};

function kindsOf(dice) {
  const key = () => [...Buffer.from(dice.below(36 ** 3).toString(36))];
  return {
    atoms: [
      () => [],
      () => field(1, []),
      () => field(2, []),
      () => [24, dice.below(128)],
      () =>
        field(
          3,
          [...dice.bytes(dice.of(1, 4, 30))].map((byte) => byte & 0x7f),
        ),
      () => field(4, []),
      () => field(4, key()),
      () => field(5, []),
      () => field(5, key()),
      () => field(6, []),
      () => field(6, [...field(1, key()), ...field(2, key())]),
      () => field(7, [8, ...varint(dice.below(2 ** 31))]),
      () => field(7, [8, dice.below(100), ...field(2, [])]),
      () => field(8, [...dice.bytes(8)]),
      () => [72, 1 + dice.below(100)],
      () => field(10, key()),
      () => field(11, key()),
      () => field(12, [1]),
      () => [96, 1],
      () => field(13, [8, dice.below(128), 16, dice.below(128)]),
      () => field(13, [8, ...dice.bytes(5).map((byte) => byte | 0x80), 1]),
      () => [112, 1],
      () => [121, ...dice.bytes(8)],
      () => field(16, []),
      () => field(16, [8, 1]),
      () => field(17, [...dice.bytes(8)]),
      () => [...varint(18 * 8), 1],
      () => field(19, []),
      () => field(20, []),
      () => field(99, []),
      // Every list has its own item.
      () => [24, 1, ...field(4, []), ...field(5, []), ...field(8, dice.bytes(8)), 96, 1, ...field(16, []), 144, 1, 1],
      () => [24, 1, 96, 1, 24, 1, 96, 1],
    ],
    wraps: [
      (inner) => field(1, inner),
      (inner) => field(2, inner),
      (inner) => [...field(1, inner), ...field(1, inner)],
      (inner) => field(7, [8, dice.below(100_000), ...field(2, inner)]),
      (inner) => [...inner, ...field(4, []), ...inner],
      (inner) => [...field(2, inner), 24, 1],
    ],
  };
}

function orderKindsOf(dice) {
  const key = () => [...Buffer.from(dice.below(36 ** 3).toString(36))];
  return {
    atoms: [
      () => [],
      () => [8, 1],
      () => [16, 1],
      () => field(3, []),
      () => field(3, field(1, key())),
      () => Array.from({ length: 100 }, () => field(3, [])).flat(),
      () => field(4, []),
      () => field(4, field(1, key())),
      () => Array.from({ length: 20 }, () => field(4, field(1, key()))).flat(),
      () => field(5, key()),
      () => [48, 1],
      () => field(6, [1, 2]),
      () =>
        field(
          6,
          [...dice.bytes(100)].map((byte) => byte & 0x7f),
        ),
      () => field(7, []),
      () => field(8, []),
      () => field(9, []),
      () => field(10, key()),
      () => [88, 1],
      () => field(99, []),
    ],
    wraps: [
      (inner) => field(9, inner),
      (inner) => [...inner, ...inner],
      (inner) => field(9, [...inner, ...field(9, inner)]),
      (inner) => Array.from({ length: 20 }).reduce((nested) => field(9, nested), inner),
    ],
  };
}

/**
 * @param extraBytes The size of a piece besides its own bytes.
 * @param contentsOf Returns the contents of the messages for pieces.
 */
function grammar({ atoms, wraps }, fullName, extraBytes, contentsOf) {
  const head = field(1, [...Buffer.from(`type.googleapis.com/${fullName}`)]);
  return {
    atoms,
    wraps,
    lengthOf: (piece) => piece.length + extraBytes,
    shown: (piece) => Buffer.from(piece).toString('hex'),
    /** Returns a list of messages. */
    message(pieces) {
      const items = contentsOf(pieces).map((content) => itemOf(head, Buffer.from(content)));
      const bytes = Buffer.concat(items);
      return Buffer.concat([Buffer.of(50, ...varint(bytes.length)), bytes]);
    },
  };
}

/** Returns an item of a list: a message with this content. */
function itemOf(head, content) {
  const any = Buffer.concat([Buffer.from(head), Buffer.of(18, ...varint(content.length)), content]);
  const value = Buffer.concat([Buffer.from(varint(24 * 8 + 2)), Buffer.from(varint(any.length)), any]);
  return Buffer.concat([Buffer.of(10, ...varint(value.length)), value]);
}
