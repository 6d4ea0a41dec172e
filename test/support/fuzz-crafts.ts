/** Messages that resemble those of a serializer: the right pieces, put together at random. */
import { deflateSync } from 'node:zlib';
import type { Dice } from './fuzz-dice.ts';

/** Creates one message. */
export type Craft = (dice: Dice) => Uint8Array;

const KEYS = [
  'a',
  'b',
  '0',
  '1',
  'length',
  '__proto__',
  'constructor',
  'prototype',
  'then',
  'toJSON',
  'toString',
] as const;

/** Lengths and numbers at which readers often fail. */
const EDGES = [0, 1, 2, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1] as const;

/** The craft of each built-in serializer, by its name. */
const CRAFTS: Readonly<Record<string, Craft>> = { superjson, msgpack, protobuf };

/** Returns the craft for the serializer of this name, compressed or not; `undefined` for a foreign one. */
export function craftFor(name: string): Craft | undefined {
  const [inner = '', algorithm] = name.split('+');
  const craft = CRAFTS[inner];
  return algorithm === 'deflate' && craft !== undefined ? (dice) => deflated(dice, craft(dice)) : craft;
}

function deflated(dice: Dice, message: Uint8Array): Uint8Array {
  if (dice.below(4) === 0) return Buffer.concat([Buffer.of(0), message]);
  const header = Buffer.alloc(5, 1);
  header.writeUInt32LE(dice.below(4) > 0 ? message.length : dice.of(...EDGES), 1);
  return Buffer.concat([header, deflateSync(message), dice.bytes(dice.below(8) === 0 ? 1 : 0)]);
}

const ANNOTATIONS = ['undefined', 'Date', 'bigint', 'number', 'regexp', 'URL', 'set', 'map', 'Error', 'x'] as const;
const CUSTOM = [
  'uactor/Buffer',
  'uactor/Uint8Array',
  'uactor/sparse-array',
  'uactor:error',
  'uactor:box',
  'uactor:ref',
] as const;

function superjson(dice: Dice): Uint8Array {
  const meta = {
    ...(dice.below(4) > 0 ? { values: annotations(dice, 3) } : {}),
    ...(dice.below(2) > 0 ? { referentialEqualities: equalities(dice) } : {}),
    v: dice.of<unknown>(1, 1, 1, 0, '1'),
  };
  const text = JSON.stringify({ json: json(dice, 4), meta });
  if (dice.below(3) > 0) return Buffer.from(`\u0000${text}`, 'latin1');
  const header = Buffer.alloc(5, 2);
  header.writeUInt32LE(text.length, 1);
  const block = dice.bytes(dice.below(20));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(dice.below(4) > 0 ? block.length : dice.of(...EDGES));
  return Buffer.concat([header, Buffer.from(text, 'latin1'), length, block]);
}

function json(dice: Dice, depth: number): unknown {
  if (depth === 0 || dice.below(4) === 0) {
    return dice.of<unknown>(
      null,
      true,
      0,
      1,
      -1,
      2 ** 32,
      '',
      'x',
      '12',
      'NaN',
      '/a/g',
      'http://h/',
      '2020-01-01T00:00:00.000Z',
    );
  }
  if (dice.below(2) === 0) return dice.list(4, () => json(dice, depth - 1));
  return record(dice.list(4, () => [dice.of(...KEYS), json(dice, depth - 1)]));
}

function annotations(dice: Dice, depth: number): unknown {
  const one = (): unknown =>
    dice.of<unknown>(
      dice.of(...ANNOTATIONS),
      ['custom', dice.of(...CUSTOM)],
      ['typed-array', 'Uint8Array'],
      ['class', 'Object'],
    );
  const below = (): unknown =>
    record(dice.list(3, () => [path(dice), depth === 0 ? [one()] : annotations(dice, depth - 1)]));
  return dice.of<() => unknown>(
    () => [one()],
    () => [one(), below()],
    below,
    below,
  )();
}

function equalities(dice: Dice): unknown {
  const below = record(dice.list(3, () => [path(dice), dice.list(3, () => path(dice))]));
  return dice.of<unknown>(below, [dice.list(2, () => path(dice))], [dice.list(2, () => path(dice)), below]);
}

function path(dice: Dice): string {
  return [dice.of(...KEYS), ...dice.list(2, () => dice.of(...KEYS))].join(dice.of('.', '.', '\\.'));
}

/** Creates an object with these own members, of whatever name. */
function record(members: readonly (readonly [string, unknown])[]): unknown {
  const object = {};
  for (const [key, value] of members) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return object;
}

function msgpack(dice: Dice): Uint8Array {
  return Buffer.concat([Buffer.of(dice.below(9)), packed(dice, 5)]);
}

function packed(dice: Dice, depth: number): Buffer {
  const inner = (): Buffer => packed(dice, depth - 1);
  const some = (count: number): Buffer[] => Array.from({ length: count }, inner);
  const text = dice.of(...KEYS);
  const string = Buffer.concat([Buffer.of(0xa0 + text.length), Buffer.from(text)]);
  const id = dice.below(4);
  if (depth === 0) return dice.below(3) === 0 ? Buffer.of(dice.below(256)) : string;
  const count = dice.below(4);
  switch (dice.below(12)) {
    case 0:
      return Buffer.concat([Buffer.of(0x90 + count), ...some(count)]);
    case 1:
      return Buffer.concat([Buffer.of(0x80 + count), ...some(count * 2)]);
    case 2:
      return Buffer.concat([Buffer.of(0xd4, 0x72, 0x40 + id), Buffer.of(0x90 + count), ...some(count), ...some(count)]);
    case 3:
      return Buffer.concat([Buffer.of(0x40 + id), ...some(count)]);
    case 4:
      return Buffer.concat([Buffer.of(0xd4, 0x75, 0, 0x92), inner(), inner()]);
    case 5:
      return Buffer.concat([Buffer.of(0xd6, 0x69), wide(dice, id), inner()]);
    case 6:
      return Buffer.concat([Buffer.of(0xd6, 0x70), wide(dice, id)]);
    case 7:
      return Buffer.concat([Buffer.of(0xd4, 0x73, 0), inner()]);
    case 8:
      return Buffer.concat([
        Buffer.of(0xc7, 1 + count, dice.of(0x74, 0x42, 0x78, 0x65, 0xff), dice.below(12)),
        dice.bytes(count),
      ]);
    case 9:
      return Buffer.concat([Buffer.of(dice.of(0xdd, 0xdf, 0xc6, 0xdb, 0xc9)), wide(dice, count), ...some(count)]);
    case 10:
      return Buffer.concat([
        Buffer.of(dice.of(0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd3)),
        dice.bytes(dice.of(1, 2, 4, 8)),
      ]);
    default:
      return string;
  }
}

function wide(dice: Dice, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(dice.below(8) > 0 ? value : dice.of(...EDGES));
  return bytes;
}

function protobuf(dice: Dice): Uint8Array {
  return fields(dice, 5);
}

function fields(dice: Dice, depth: number): Buffer {
  return Buffer.concat(dice.list(3, () => field(dice, depth)));
}

function field(dice: Dice, depth: number): Buffer {
  const wireType = dice.of(0, 1, 2, 2, 2, 2, 2, 5, dice.below(8));
  const tag = varint((dice.below(26) << 3) | wireType);
  if (wireType === 0) return Buffer.concat([tag, varint(dice.of(0, 1, 2, 3, dice.below(40), dice.of(...EDGES)))]);
  if (wireType === 1 || wireType === 5) return Buffer.concat([tag, dice.bytes(wireType === 1 ? 8 : 4)]);
  if (wireType !== 2) return tag;
  const text = (): Buffer => Buffer.from(dice.of<string>(...KEYS, 'http://h/', '/a/', 'error', 'box', 'ref'));
  const body =
    depth === 0 || dice.below(4) === 0 ? dice.of(text, () => dice.bytes(dice.below(9)))() : fields(dice, depth - 1);
  return Buffer.concat([tag, varint(dice.below(16) > 0 ? body.length : dice.of(...EDGES)), body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
