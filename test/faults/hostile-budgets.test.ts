import type { Remote } from 'uactor';
import { describe, expect, test } from 'vitest';
import { Desk, shop } from '#fixtures/desk.js';
import { Target } from '#fixtures/target.js';
import { parseAddress } from '../../transports/ipc/address.ts';
import { foreignIdentity } from '../support/foreign-handshake.ts';
import {
  ASK_FOR_ACTOR,
  callMessage,
  exposureMessage,
  HELLO,
  mark,
  payload,
  RawKind,
  type RawMessage,
} from '../support/raw-messages.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { shared } from '../support/shared.ts';

const KEY = 'the key that honest and hostile peers share';
const ECHO = 4;
const STATE = 8;

function times<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Returns the arguments of a call in superjson: a list of this many values of one kind. */
function listed(count: number, value: unknown, kind: unknown): Buffer {
  return payload([times(count, () => value)], Object.fromEntries(times(count, (index) => [`0.${index}`, kind])));
}

/** Returns the same in MessagePack, from the bytes of one value. */
function packed(count: number, value: Buffer, flags = 0): Buffer {
  const header = Buffer.of(flags, 0x91, 0xdd, 0, 0, 0, 0);
  header.writeUInt32BE(count, 3);
  return Buffer.concat([header, Buffer.alloc(count * value.length, value)]);
}

/** Returns objects with one member each, whose value takes three bytes; the name is defined once. */
function records(count: number, key: string): Buffer {
  const definition = Buffer.concat([
    Buffer.of(0xd4, 0x72, 0x40, 0x91, 0xa0 + key.length),
    Buffer.from(key),
    Buffer.of(0),
  ]);
  const header = Buffer.of(0, 0x91, 0xdd, 0, 0, 0, 0);
  header.writeUInt32BE(count + 1, 3);
  return Buffer.concat([header, definition, Buffer.alloc(count * 4, Buffer.of(0x40, 0xcd, 1, 0))]);
}

/** Returns objects with these names in superjson, as text: the names may be escaped. */
function named(namesOf: (index: number) => readonly string[], behind = ''): Buffer {
  const member = (name: string): string => `"${name}"${behind}:0`;
  const objects = times(600_000, (index) => `{${namesOf(index).map(member).join(',')}}`);
  return Buffer.concat([Buffer.of(0), Buffer.from(`{"json":[[${objects.join(',')}]]}`)]);
}

/** Returns a name that is not an array index. */
function nameOf(index: number): string {
  return `n${index.toString(36)}`;
}

function extension(tag: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0xd4, 0x75, 0, 0x92, 0xa0 + tag.length), Buffer.from(tag), data]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function field(number: number, body: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(body.length), body]);
}

/** Returns the same in protobuf. */
function wired(count: number, value: Buffer): Buffer {
  const item = field(1, value);
  return field(6, field(1, field(6, Buffer.alloc(count * item.length, item))));
}

/** Returns an array with this many holes. */
function sparse(length: number): Buffer {
  return field(22, Buffer.concat([Buffer.of(8), varint(length)]));
}

/** Each ended an actor with a heap of 512 MiB, or blocked it for a minute, when only the values of a message were counted. */
const COSTLY: readonly (readonly [serializer: string, what: string, args: () => Buffer])[] = [
  ['superjson', '50,000 errors', () => listed(50_000, {}, mark('error'))],
  ['superjson', '600,000 objects with one of 30,000 names each', () => named((index) => [nameOf(index % 30_000)])],
  [
    'superjson',
    '600,000 objects with one of 30,000 names each, and a blank behind it',
    () => named((index) => [nameOf(index % 30_000)], ' '),
  ],
  [
    'superjson',
    '600,000 objects with two of 1,444 names each',
    () => named((index) => [nameOf((index * 7_919) % 1_444), nameOf(Math.floor(index / 1_444) + 2_000)]),
  ],
  ['superjson', '600,000 objects with an escaped name of a place', () => named(() => [String.raw`\u0031023`])],
  ['superjson', '600,000 objects with a member 20', () => payload([times(600_000, () => ({ 20: 0 }))], {})],
  ['superjson', '1,500,000 arrays of an empty one', () => payload([times(1_500_000, () => [[]])], {})],
  ['msgpack', '1,500,000 arrays of one short text', () => packed(1_500_000, Buffer.of(0x91, 0xa2, 0x65, 0x69))],
  ['msgpack', '1,000,000 objects with a member 20', () => records(1_000_000, '20')],
  ['msgpack', '3,000,000 empty maps', () => packed(3_000_000, Buffer.of(0x80))],
  ['msgpack', '100,000 errors', () => packed(100_000, extension('error', Buffer.of(0x80)), 2)],
  ['msgpack', '50,000 signals', () => packed(50_000, extension('signal', Buffer.of(0x92, 0x92, 8, 0, 0xc0)), 2)],
  ['msgpack', '200,000 proxies', () => packed(200_000, extension('own', Buffer.of(0x92, 9, 0)), 2)],
  ['protobuf', '100,000 arrays of 127 holes', () => wired(100_000, sparse(127))],
  ['protobuf', '90,000 arrays of 1,024 holes', () => wired(90_000, sparse(1_024))],
  ['protobuf', '500,000 empty maps', () => wired(500_000, field(12, Buffer.of()))],
];

/** Such arrays cost little, whatever length they state. */
const CHEAP: typeof COSTLY = [
  [
    'superjson',
    '20,000 arrays of 1,024 holes',
    () => listed(20_000, { length: 1_024 }, [['custom', 'uactor/sparse-array']]),
  ],
  [
    'superjson',
    '20 arrays of 2^32 - 1 holes',
    () => listed(20, { length: 2 ** 32 - 1 }, [['custom', 'uactor/sparse-array']]),
  ],
  ['protobuf', '20 arrays of 2^32 - 1 holes', () => wired(20, sparse(2 ** 32 - 1))],
];

/** Returns a list of one argument that contains this many messages of the type `shop.Order` with this content. */
function orders(count: number, content: Buffer): Buffer {
  const any = Buffer.concat([field(1, Buffer.from('type.googleapis.com/shop.Order')), field(2, content)]);
  return wired(count, field(24, any));
}

/** Returns an order in place of another one, repeated over these levels. */
function replacing(levels: number): Buffer {
  let content: Buffer = Buffer.of();
  for (let level = 0; level < levels; level++) content = field(9, content);
  return content;
}

/** Objects that generated code creates from a few bytes: messages with their own lists, lists with room for 17 items, maps. */
const COSTLY_MESSAGES: readonly (readonly [what: string, args: () => Buffer])[] = [
  ['40,000 orders, each of which replaces 60 others', () => orders(40_000, replacing(60))],
  ['5,000 orders of 1,000 empty lines', () => orders(5_000, Buffer.alloc(2_000, Buffer.of(0x1a, 0)))],
  [
    '40,000 orders that replace 50 others, each with a mark of its own',
    () =>
      orders(
        40_000,
        Array.from({ length: 50 }).reduce<Buffer>(
          (nested) => Buffer.concat([Buffer.of(0x30, 1), field(9, nested)]),
          Buffer.of(),
        ),
      ),
  ],
  [
    'an order with 600,000 notes of ever new names',
    () => orders(1, Buffer.concat(times(600_000, (index) => field(4, field(1, Buffer.from(nameOf(index))))))),
  ],
];

/** Arrays that used to take room for 17 items each. */
const SHORT: readonly (readonly [what: string, value: Buffer])[] = [
  ['list of one', field(6, field(1, Buffer.of(8, 1)))],
  ['list of one text', field(9, field(1, Buffer.of()))],
  ['list of one integer', field(7, field(1, Buffer.of(2)))],
];

async function spawned(serializer: string, heapMib: number): Promise<Remote<typeof Target>> {
  const execArgv = [`--max-old-space-size=${heapMib}`];
  return await Target.with({ authkey: KEY, serializers: [serializer], execArgv }).spawn();
}

async function peerOf(target: Pick<Remote<typeof Target>, 'connectionAddress'>, serializer: string): Promise<RawPeer> {
  const path = parseAddress(target.connectionAddress ?? '');
  const peer = await RawPeer.connect(path, Buffer.from(KEY), { identity: foreignIdentity(), serializer });
  peer.send(HELLO, ASK_FOR_ACTOR, exposureMessage('AbortSignal', ['wait']));
  await peer.reply(0);
  return peer;
}

async function replyTo(peer: RawPeer, call: number, operation: number, args?: Buffer): Promise<RawMessage> {
  peer.send(callMessage({ call, operation, ...(args && { args }) }));
  return await peer.reply(call);
}

describe('a single message of a peer that knows the key', () => {
  // The same actor survives one message after the other.
  const targets = new Map(
    [...new Set(COSTLY.map(([serializer]) => serializer))].map((serializer) => [
      serializer,
      shared(() => spawned(serializer, 256)),
    ]),
  );

  test.each(COSTLY)('H34 H53 of %s with %s fails alone, in a heap of 256 MiB', async (serializer, _, args) => {
    const target = targets.get(serializer)?.();
    if (target === undefined) throw new Error(`no actor has ${serializer}`);
    using peer = await peerOf(target, serializer);
    const { kind, body } = await replyTo(peer, 5, ECHO, args());
    expect([kind, body.toString('latin1')]).toEqual([RawKind.ERROR, expect.stringContaining('INVALID_PAYLOAD')]);
    expect((await replyTo(peer, 6, STATE)).kind).toBe(RawKind.RESULT);
  });

  test.each(COSTLY_MESSAGES)('H34 H53 of a schema with %s fails alone, in a heap of 256 MiB', async (_, args) => {
    await using desk = await Desk.with({ authkey: KEY, execArgv: ['--max-old-space-size=256'] }).spawn();
    using peer = await peerOf(desk, shop.name);
    const { kind, body } = await replyTo(peer, 5, ECHO, args());
    expect([kind, body.toString('latin1')]).toEqual([RawKind.ERROR, expect.stringContaining('more memory or time')]);
    expect(await desk.echo(1)).toBe(1);
  });

  test.each(CHEAP)('H34 H53 of %s with %s is an ordinary value, in a heap of 64 MiB', async (serializer, _, args) => {
    await using target = await spawned(serializer, 64);
    using peer = await peerOf(target, serializer);
    expect((await replyTo(peer, 5, ECHO, args())).kind).toBe(RawKind.RESULT);
    expect((await replyTo(peer, 6, STATE)).kind).toBe(RawKind.RESULT);
  });

  test.each(SHORT)('H34 with 350,000 times a %s in protobuf is accepted in a heap of 64 MiB', async (_, value) => {
    await using target = await spawned('protobuf', 64);
    using peer = await peerOf(target, 'protobuf');
    expect((await replyTo(peer, 5, STATE, wired(350_000, value))).kind).toBe(RawKind.RESULT);
    expect((await replyTo(peer, 6, STATE)).kind).toBe(RawKind.RESULT);
  });

  test('H34 with proxies of 200 objects with 4,096 methods each does not create a class for each', async () => {
    await using target = await spawned('superjson', 256);
    using peer = await peerOf(target, 'superjson');
    const COUNT = 200;
    for (let index = 0; index < COUNT; index++) {
      peer.send(
        exposureMessage(
          'auto',
          times(4_096, (name) => (index * 4_096 + name).toString(36)),
        ),
      );
    }
    const tokens = times(COUNT, (index) => [index + 10, index + 1]);
    const annotations = Object.fromEntries(tokens.map((_, index) => [`0.${index}`, mark('own')]));
    expect((await replyTo(peer, 5, ECHO, payload([tokens], annotations))).kind).toBe(RawKind.RESULT);
    expect((await replyTo(peer, 6, STATE)).kind).toBe(RawKind.RESULT);
  });

  test('H34 with proxies of third processes with 4,096 methods each is charged for every name, and fails alone', async () => {
    await using target = await spawned('superjson', 256);
    using peer = await peerOf(target, 'superjson');
    const tokens = times(200, (index) => {
      const names = times(4_096, (name) => (index * 4_096 + name).toString(36));
      return ['ab'.repeat(16), ['tcp://127.0.0.1:9'], index + 1, 'cd'.repeat(16), ['auto', names, []]];
    });
    const annotations = Object.fromEntries(tokens.map((_, index) => [`0.${index}`, mark('far')]));
    const { kind, body } = await replyTo(peer, 5, ECHO, payload([tokens], annotations));
    expect([kind, body.toString('latin1')]).toEqual([RawKind.ERROR, expect.stringContaining('more memory or time')]);
    expect((await replyTo(peer, 6, STATE)).kind).toBe(RawKind.RESULT);
  });
});
