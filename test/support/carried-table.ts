/** The table in docs/serializers.md of the values that each serializer sends, determined by trying. */
import { isDeepStrictEqual } from 'node:util';
import type { Serializer } from '../../core/seam/serializer.ts';
import { assertSame, CodecPair, serializerError } from '../conformance/codec-pair.ts';
import { cycles, SAMPLES } from '../conformance/values.ts';
import { PlatformExtensions } from './platform-extensions.ts';
import { PLATFORM_SAMPLES } from './platform-samples.ts';

/** The lines in docs/serializers.md around the table. */
export const TABLE_BEGIN = '<!-- The table is written by scripts/carried-table.mjs. -->';
export const TABLE_END = '<!-- The end of the table. -->';

const NESTING = 1_000;

/** Values that the core sends as errors, or that only newer versions of Node.js have. */
const OWN_WAY = /DOMException|Temporal/;

class Unknown {
  readonly member = 1;
}

/** Values that no serializer can send. */
const REFUSED: readonly (readonly [string, () => unknown])[] = [
  ['a symbol', () => Symbol('s')],
  ['a WeakMap', () => new WeakMap()],
  ['a Promise', () => Promise.resolve()],
  ['an instance of an unregistered class', () => new Unknown()],
];

/** Returns the table in Markdown, with a row for each kind of value and a column for each serializer. */
export function carriedTable(serializers: readonly Serializer[]): string {
  const rows = [
    ...SAMPLES.map(({ title, make }) => [title, ...serializers.map((serializer) => carries(serializer, make))]),
    [
      `${NESTING.toLocaleString('en')} levels of nesting`,
      ...serializers.map((serializer) => carries(serializer, nested)),
    ],
    ...PLATFORM_SAMPLES.filter(({ title }) => !OWN_WAY.test(title)).map(({ title, make, said }) => [
      title,
      ...serializers.map((serializer) => carriesPlatform(serializer, make, said)),
    ]),
    ['an object that occurs twice', ...serializers.map(sharing)],
    ['an object that contains itself', ...serializers.map(cyclic)],
    ...REFUSED.map(([title, make]) => [title, ...serializers.map((serializer) => carries(serializer, make))]),
  ];
  const head = ['value', ...serializers.map(({ name }) => `\`${name}\``)];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Returns `text` with the table replaced. */
export function withTable(text: string, table: string): string {
  const [begin, end] = [text.indexOf(TABLE_BEGIN), text.indexOf(TABLE_END)];
  if (begin < 0 || end < begin)
    throw new Error(`docs/serializers.md must hold the lines ${TABLE_BEGIN} and ${TABLE_END}`);
  return `${text.slice(0, begin)}${TABLE_BEGIN}\n\n${table}\n\n${text.slice(end)}`;
}

function carries(serializer: Serializer, make: () => unknown): string {
  const pair = new CodecPair(serializer);
  let bytes: Uint8Array;
  try {
    bytes = pair.encode(make());
  } catch (error) {
    return `refused, \`${serializerError(() => rethrow(error)).code}\``;
  }
  assertSame(pair.receiver.decode(bytes), make());
  return 'yes';
}

function carriesPlatform(serializer: Serializer, make: () => object, said: (value: object) => unknown): string {
  const arrived = new CodecPair(serializer, {}, new PlatformExtensions()).send({ made: make() });
  const made: unknown = typeof arrived === 'object' && arrived !== null ? Reflect.get(arrived, 'made') : undefined;
  const same = typeof made === 'object' && made !== null && isDeepStrictEqual(said(made), said(make()));
  return same ? 'yes' : 'no';
}

function sharing(serializer: Serializer): string {
  const shared = { at: new Date(1) };
  const arrived = new CodecPair(serializer).send([shared, shared]);
  return Array.isArray(arrived) && arrived[0] === arrived[1] ? 'stays one' : 'becomes two';
}

function cyclic(serializer: Serializer): string {
  return [...cycles()].every((value) => new CodecPair(serializer).send(value) !== undefined) ? 'yes' : 'no';
}

function nested(): unknown {
  let value: unknown = 'leaf';
  for (let level = 0; level < NESTING; level++) value = { value };
  return value;
}

function rethrow(error: unknown): never {
  throw error;
}
