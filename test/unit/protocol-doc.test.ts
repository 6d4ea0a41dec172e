import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compressed } from '../../serializers/compressed/index.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import type { Codec, Serializer } from '../../core/seam/serializer.ts';
import { Output } from '../../core/seam/output.ts';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { MessageAllowance } from '../../core/seam/codec/budget.ts';
import { FLAG_RAN, FLAG_TIMEOUT, Kind } from '../../core/session/message.ts';
import { MessageReader } from '../../core/session/message-reader.ts';
import { Outbox } from '../../core/session/outbox.ts';
import { DirectConnection } from '../support/direct-connection.ts';
import { MessageRecord } from '../support/message-record.ts';
import { payloadExamples } from '../support/protocol-payloads.ts';
import { someShare } from '../support/some-share.ts';

const DOCUMENT = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const TICKET = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

/** The messages in the document's examples, in order. */
const EXAMPLES = [...DOCUMENT.matchAll(/```hex\n(.*?)```/gs)].flatMap(([, block = '']) =>
  block
    .trim()
    .split('\n')
    .map((line) => Buffer.from(line.replaceAll(' ', ''), 'hex')),
);

/** The meanings of the examples: how each is written, and what its reader reports. */
const MEANINGS: readonly (readonly [string, (outbox: Outbox) => void, readonly unknown[]])[] = [
  ['HELLO', (o) => o.text(Kind.HELLO, '{"endpoints":["ipc:"]}'), ['greeted', { endpoints: ['ipc:'] }]],
  ['CALL', (o) => o.call(7, 1, 3, 0, [1]), ['called', 7, 1, 3, 0, [1], 27]],
  ['RESULT', (o) => o.reply(Kind.RESULT, 7, undefined), ['replied', 7, Kind.RESULT, undefined]],
  ['ERROR', (o) => o.reply(Kind.ERROR, 7, 'no', FLAG_RAN), ['replied', 7, Kind.ERROR, 'no']],
  ['CANCEL', (o) => o.reply(Kind.CANCEL, 7, undefined, FLAG_TIMEOUT), ['cancelled', 7, expect.any(DOMException)]],
  ['EXPOSURE', (o) => o.text(Kind.EXPOSURE, '["auto",["add"],["n"]]'), ['exposed', '["auto",["add"],["n"]]']],
  ['RELEASE', (o) => o.release(1, 2), ['released', 1, 2]],
  ['GRANT', (o) => o.grant(1, TICKET), ['granted', 1, TICKET.toString('hex')]],
  ['CLAIM', (o) => o.claim(7, TICKET), ['claimed', 7, TICKET.toString('hex')]],
  ['PING', (o) => o.text(Kind.PING), ['pinged']],
  ['PONG', (o) => o.text(Kind.PONG), ['ponged']],
  ['CREDIT', (o) => o.credit(8_388_608), ['credited', 8_388_608]],
  ['END', (o) => o.end('{"reason":"idle"}'), ['left', { reason: 'idle' }]],
];

const CODEC = superjson.open({
  extensions: { replace: () => undefined, revive: () => undefined },
  maxDepth: 10,
  maxNodes: 100,
});

const NO_STAGING = { staged: false, commit: () => undefined, abort: () => undefined };
const NOBODY = { room: () => false, tooSlow: () => undefined };

function written(write: (outbox: Outbox) => void): Buffer {
  const connection = new DirectConnection();
  const outbox = new Outbox(connection, CODEC, NO_STAGING, DEFAULT_LIMITS, someShare(), NOBODY);
  write(outbox);
  outbox.flush();
  return Buffer.concat(connection.written);
}

function read(bytes: Buffer): readonly unknown[] {
  const record = new MessageRecord();
  const reader = new MessageReader({
    calls: record,
    replies: record,
    control: record,
    codec: CODEC,
    allowance: new MessageAllowance(),
    maxBytes: DEFAULT_LIMITS.maxMessageBytes,
  });
  const all = Buffer.concat([written((outbox) => outbox.text(Kind.HELLO, '{"endpoints":[]}')), bytes]);
  reader.push(all, all.length);
  return record.told.slice(1);
}

describe('docs/protocol.md', () => {
  test('shows one message of each kind', () => {
    expect(EXAMPLES).toHaveLength(MEANINGS.length);
    expect(EXAMPLES.map((bytes) => bytes.readUInt8(4)).toSorted((a, b) => a - b)).toEqual(Object.values(Kind));
  });

  test.each(MEANINGS.map((meaning, index) => [...meaning, index] as const))(
    'the example of %s has the written bytes, and decodes to its meaning',
    (name, write, meaning, index) => {
      const example = EXAMPLES[index] ?? Buffer.alloc(0);
      expect(written(write).toString('hex')).toBe(example.toString('hex'));
      if (name === 'HELLO') expect(read(example)).toEqual([['violation', 'it sent HELLO twice']]);
      else expect(read(example)).toEqual([meaning]);
    },
  );

  test('gives each kind its number', () => {
    for (const [name, number] of Object.entries(Kind))
      expect(DOCUMENT).toMatch(new RegExp(`\\| ${number} \\| ${name} \\|`));
  });
});

/** A value that is not copied. */
class Marked {
  readonly tag: string;
  readonly data: unknown;

  constructor(tag: string, data: unknown) {
    this.tag = tag;
    this.data = data;
  }
}

const object = { x: 1 };
const cycle: Record<string, unknown> = {};
cycle['me'] = cycle;
const holes = [1];
holes[2] = 3;

/** The values that the texts in the document's payloads stand for. */
const VALUES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['1', 1],
  ['-1', -1],
  ['100', 100],
  ['2 ** 40', 2 ** 40],
  ['1.5', 1.5],
  ['-0', -0],
  ['[undefined]', [undefined]],
  ["'no'", 'no'],
  ["'€'", '€'],
  [String.raw`'\ud800'`, '\ud800'],
  ['10n', 10n],
  ['2n ** 70n', 2n ** 70n],
  ['new Date(0)', new Date(0)],
  ["new Map([['a', 1]])", new Map([['a', 1]])],
  ['new Set([1])', new Set([1])],
  ['/a/g', /a/g],
  ["new URL('http://a/')", new URL('http://a/')],
  ['{ a: 1, b: 2 }', { a: 1, b: 2 }],
  ['[{ a: 1 }, { a: 2 }]', [{ a: 1 }, { a: 2 }]],
  ['[1, 2]', [1, 2]],
  ['[1, 1.5]', [1, 1.5]],
  ["['a', 'b']", ['a', 'b']],
  ['dots', { 'a.b': -0, 'c\\d': -0 }],
  ['nested', { a: [new Date(0), new Map([[new Date(0), 1n]])] }],
  ['new Uint8Array([1, 2])', new Uint8Array([1, 2])],
  ['Buffer.of(1, 2)', Buffer.of(1, 2)],
  ['[1, , 3]', holes],
  ['[object, object]', [object, object]],
  ['cycle', cycle],
  ['[own]', [new Marked('own', [5, 0])]],
  ['error', new Marked('error', { name: 'E', message: 'm' })],
  ["'a'.repeat(100)", 'a'.repeat(100)],
]);

function opened(serializer: Serializer): Codec {
  return serializer.open({
    extensions: {
      replace: (value) => (value instanceof Marked ? { tag: value.tag, data: value.data } : undefined),
      revive: ({ tag, data }) => new Marked(tag, data),
    },
    maxDepth: 100,
    maxNodes: 10_000,
  });
}

function encoded(serializer: Serializer, value: unknown): string {
  const output = new Output();
  output.mark();
  opened(serializer).encode(value, output);
  return Buffer.concat(output.take()).toString('hex');
}

const SERIALIZERS = [superjson, protobuf, msgpack, compressed(msgpack, { thresholdBytes: 0 })];
const PAYLOADS = SERIALIZERS.flatMap((serializer) =>
  payloadExamples(serializer.name).map(({ text, bytes }) => ({ name: serializer.name, serializer, text, bytes })),
);

describe('the payloads in docs/protocol.md', () => {
  test.each(PAYLOADS)('$name writes and reads $text as described', ({ serializer, text, bytes }) => {
    expect(VALUES.has(text), `what ${text} stands for`).toBe(true);
    const value = VALUES.get(text);
    expect(encoded(serializer, value)).toBe(bytes.toString('hex'));
    const got = opened(serializer).decode(bytes);
    expect(got).toEqual(value);
    if (text === '[object, object]' && Array.isArray(got)) expect(got[0]).toBe(got[1]);
  });

  test('a compressed payload is read as described', () => {
    for (const { text, bytes } of payloadExamples('msgpack+deflate-read')) {
      expect(opened(compressed(msgpack)).decode(bytes)).toEqual(VALUES.get(text));
    }
  });

  test('the value in `json` of a repeated object is ignored', () => {
    const text = '{"json":[{"x":1},null],"meta":{"referentialEqualities":{"0":["1"]},"v":1}}';
    const got = opened(superjson).decode(Buffer.from(`\0${text}`, 'latin1'));
    expect(got).toEqual([object, object]);
  });
});
