import { SAMPLES } from 'uactor/conformance';
import { newCoder } from './bare-stream.ts';

/** One class of values. */
export interface ValueClass {
  readonly name: string;
  readonly make: () => unknown;
  /** Whether any serializer can encode it: then the bare one and JSON take part. */
  readonly plain: boolean;
}

/** The name of a call without a value. */
export const NO_VALUE = 'add(1, 2)';

const TEXT = 'The quick brown fox jumps over the lazy dog. ';

/** The values for measuring calls. */
export const CALL_VALUES: readonly ValueClass[] = [
  {
    name: 'small object',
    plain: true,
    make: () => ({ id: 17, name: 'Ada Lovelace', active: true, score: 0.5, tags: ['first', 'second'] }),
  },
  { name: '1,000 rows', plain: true, make: rows },
  { name: '10,000 numbers', plain: true, make: () => Array.from({ length: 10_000 }, (_, i) => i / 7) },
  { name: 'maps and dates', plain: false, make: mapsAndDates },
  { name: 'text of 100 KB', plain: true, make: () => TEXT.repeat(100_000 / TEXT.length) },
  { name: 'text of 100 KB, not Latin-1', plain: true, make: () => '日本語'.repeat(100_000 / 9) },
  { name: 'bytes of 1 MiB', plain: false, make: () => new Uint8Array(1024 * 1024).fill(7) },
];

/** The values for measuring serializers: the same, and every class of values that serializers must encode. */
export const ALL_VALUES: readonly ValueClass[] = [
  ...CALL_VALUES,
  ...SAMPLES.map(({ title, make }) => ({ name: title, make, plain: false })),
];

/** Returns the values whose name contains one of `wanted`; all if that is empty. */
export function chosenValues(values: readonly ValueClass[], wanted: readonly string[]): readonly ValueClass[] {
  if (wanted.length === 0) return values;
  return values.filter(({ name }) => wanted.some((part) => name.includes(part)));
}

/** Returns the size of a value in msgpackr; the size of the raw frames that it is compared with. */
export function plainBytes(value: unknown): number {
  return newCoder().pack(value).length;
}

function rows(): unknown {
  return Array.from({ length: 1000 }, (_, id) => ({
    id,
    name: `row ${id}`,
    city: 'Zürich',
    score: id / 3,
    active: id % 2 === 0,
  }));
}

function mapsAndDates(): unknown {
  return {
    at: new Date(1_700_000_000_123),
    by: new Map(Array.from({ length: 20 }, (_, id) => [`key ${id}`, { id, seen: new Date(id) }])),
    in: new Set(['a', 'b', 'c']),
    total: 2n ** 70n,
    missing: undefined,
  };
}
