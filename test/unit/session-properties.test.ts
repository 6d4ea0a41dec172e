import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SerializerError } from '../../core/seam/errors.ts';
import { MessageAllowance } from '../../core/seam/codec/budget.ts';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import {
  ExposureBook,
  type LocalExposure,
  checkedEndpoints,
  checkedExposure,
  checkedFarToken,
  checkedId,
} from '../../core/references/exposure.ts';
import { Ledger } from '../../core/references/ledger.ts';
import { ObjectTable } from '../../core/references/object-table.ts';
import { parseFarewell, parseGreeting } from '../../core/session/session-terms.ts';
import { Kind } from '../../core/session/message.ts';
import { MessageReader } from '../../core/session/message-reader.ts';
import { Outbox } from '../../core/session/outbox.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { DirectConnection } from '../support/direct-connection.ts';
import { thrown } from '../support/failure.ts';
import { MessageRecord } from '../support/message-record.ts';
import { someShare } from '../support/some-share.ts';
import { frame } from '../support/foreign-handshake.ts';
import { propertyRuns } from '../support/property-runs.ts';

const EXPOSURE: LocalExposure = { typeid: 'auto', methods: [], properties: [], methodToTypeid: {} };
const CODEC = superjson.open({
  extensions: { replace: () => undefined, revive: () => undefined },
  maxDepth: 100,
  maxNodes: 10_000,
});

/** Splits bytes at these places. */
function cuts(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const ends = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

function readerOf(record: MessageRecord, maxBytes: number): MessageReader {
  return new MessageReader({
    calls: record,
    replies: record,
    control: record,
    codec: CODEC,
    allowance: new MessageAllowance(),
    maxBytes: maxBytes,
  });
}

const HELLO = frame(Buffer.concat([Buffer.of(Kind.HELLO, 0), Buffer.from('{"endpoints":[]}')]));

/** Returns a message with a text; any text is allowed. */
function exposure(text: string): Buffer {
  return frame(Buffer.concat([Buffer.of(Kind.EXPOSURE, 0), Buffer.from(text)]));
}

describe('MessageReader', () => {
  test('any chunking of any messages gives the same messages, with and without memory from the reader', () => {
    const texts = fc.array(fc.string({ maxLength: 60 }), { maxLength: 12 });
    const large = fc.tuple(texts, fc.nat({ max: 200_000 }), texts);
    fc.assert(
      fc.property(large, fc.array(fc.nat(), { maxLength: 20 }), fc.boolean(), ([some, size, more], places, direct) => {
        const record = new MessageRecord();
        const reader = readerOf(record, 300_000);
        reader.push(HELLO, HELLO.length);
        const sent = [...some, 'x'.repeat(size), ...more];
        for (const chunk of cuts(Buffer.concat(sent.map(exposure)), places)) deliver(reader, chunk, direct);
        expect(record.told.slice(1)).toEqual(sent.map((text) => ['exposed', text]));
        expect(reader.cut).toBeUndefined();
      }),
    );
  });

  test('H38 a length of 0 or above the limit is reported once, whatever the chunks, and nothing follows it', () => {
    const bad = fc.oneof(fc.constant(0), fc.integer({ min: 301, max: 0xffff_ffff }));
    fc.assert(
      fc.property(
        bad,
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (length, rest, places) => {
          const header = Buffer.alloc(4);
          header.writeUInt32LE(length);
          const record = new MessageRecord();
          const reader = readerOf(record, 300);
          for (const chunk of cuts(Buffer.concat([HELLO, header, rest]), places)) reader.push(chunk, chunk.length);
          expect(record.told).toEqual([
            ['greeted', { endpoints: [] }],
            ['violation', `a message of ${length} bytes (limits.maxMessageBytes is 300)`],
          ]);
        },
      ),
    );
  });

  test('an announced length takes no memory before bytes arrive, and a large message is read into its final memory', () => {
    const record = new MessageRecord();
    const reader = readerOf(record, 2 ** 30);
    reader.push(HELLO, HELLO.length);
    const message = Buffer.alloc(4 + 2 ** 20, 'x');
    message.writeUInt32LE(2 ** 20);
    message.set([Kind.EXPOSURE, 0], 4);
    expect(reader.wanted).toBeUndefined();
    reader.push(message, 10);
    expect(reader.wanted?.length).toBeLessThanOrEqual(64 * 1024);
    let at = 10;
    for (let room = reader.wanted; room !== undefined; room = reader.wanted) {
      const bytes = Math.min(room.length, 100_000);
      room.set(message.subarray(at, at + bytes));
      at += bytes;
      reader.filled(bytes);
    }
    reader.push(message.subarray(at), message.length - at);
    expect(record.told[1]?.[1]).toHaveLength(2 ** 20 - 2);
  });
});

/** Delivers like a socket: into the memory that the reader wants, if any, otherwise into memory that is reused. */
function deliver(reader: MessageReader, chunk: Buffer, direct: boolean): void {
  let at = 0;
  while (at < chunk.length) {
    const room = direct ? reader.wanted : undefined;
    if (room === undefined) break;
    const bytes = Math.min(room.length, chunk.length - at);
    room.set(chunk.subarray(at, at + bytes));
    at += bytes;
    reader.filled(bytes);
  }
  const memory = Buffer.from(chunk.subarray(at));
  reader.push(memory, memory.length);
  memory.fill(0xee);
}

describe('Ledger and ObjectTable', () => {
  const step = fc.record({
    act: fc.constantFrom('add', 'add', 'add', 'commit', 'abort', 'release', 'clear'),
    ledger: fc.nat(2),
    object: fc.nat(4),
    count: fc.integer({ min: -1, max: 4 }),
  });

  test('H28 H29 H34 counts equal those of a model of three peers, last while a message is complete, and are never negative', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (todo) => {
        const objects = new ObjectTable(
          () => undefined,
          () => DEFAULT_LIMITS,
        );
        const things = Array.from({ length: 5 }, () => ({}));
        const peers = Array.from({ length: 3 }, () => new PeerModel(new Ledger(objects, 8)));
        const usedIds = new Map<number, object>();
        for (const { act, ledger, object, count } of todo) {
          const peer = peers[ledger];
          const thing = things[object];
          if (peer === undefined || thing === undefined) continue;
          peer.act(act, thing, count);
          for (const entry of objects.entries()) {
            expect(usedIds.get(entry.id) ?? entry.object).toBe(entry.object);
            usedIds.set(entry.id, entry.object);
            expect(entry.held).toBe(peers.reduce((sum, each) => sum + each.countOf(entry.object), 0));
            expect(entry.held > 0 || peers.some((each) => each.stages(entry.object))).toBe(true);
          }
          for (const each of peers) expect(each.ledger.references).toBe(each.total);
          expect(objects.held).toBe(peers.reduce((sum, each) => sum + each.total, 0));
          expect(objects.size).toBe(
            things.filter((one) => peers.some((each) => each.countOf(one) > 0 || each.stages(one))).length,
          );
        }
      }),
    );
  });
});

/** The expected contents of one peer, in addition to its ledger. */
class PeerModel {
  readonly ledger: Ledger;
  readonly #held = new Map<object, { readonly id: number; count: number }>();
  #staged: { readonly thing: object; readonly id: number }[] = [];

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  get total(): number {
    return [...this.#held.values()].reduce((sum, { count }) => sum + count, 0);
  }

  countOf(thing: object): number {
    return this.#held.get(thing)?.count ?? 0;
  }

  act(act: string, thing: object, count: number): void {
    if (act === 'add') this.#add(thing);
    else if (act === 'commit') this.#end(false);
    else if (act === 'abort') this.#end(true);
    else if (act === 'clear') this.#clear();
    else this.#release(thing, count);
  }

  #add(thing: object): void {
    if (this.total + this.#staged.length >= 8) {
      expect(thrown(() => this.ledger.add(thing, EXPOSURE))).toMatchObject({ code: 'TOO_MANY_REFERENCES' });
      return;
    }
    const { id } = this.ledger.add(thing, EXPOSURE);
    this.#staged.push({ thing, id });
  }

  /** A message is sent completely or taken back before the peer can reply to it: the references that it releases were committed. */
  #release(thing: object, count: number): void {
    this.#end(false);
    const line = this.#held.get(thing);
    const allowed = line !== undefined && count >= 1 && count <= line.count;
    expect(this.ledger.release(line?.id ?? 999_999, count)).toBe(allowed);
    if (allowed) this.#drop(thing, count);
  }

  #end(takenBack: boolean): void {
    if (takenBack) this.ledger.abort();
    else this.ledger.commit();
    const staged = takenBack ? [] : this.#staged;
    for (const { thing, id } of staged) this.#held.set(thing, { id, count: this.countOf(thing) + 1 });
    this.#staged = [];
  }

  stages(thing: object): boolean {
    return this.#staged.some((staged) => staged.thing === thing);
  }

  #clear(): void {
    this.ledger.clear();
    this.#held.clear();
    this.#staged = [];
  }

  #drop(thing: object, count: number): void {
    const line = this.#held.get(thing);
    if (line === undefined) return;
    line.count -= count;
    if (line.count === 0) this.#held.delete(thing);
  }
}

describe('Outbox and MessageReader', () => {
  const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
  const id = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  const json = fc.jsonValue({ maxDepth: 3 });
  const ticket = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const replies = fc.tuple(
    u32,
    json.filter((value) => value !== undefined),
  );
  const messages = fc.oneof(
    fc.tuple(u32, id, fc.integer({ min: 0, max: 0xffff }), fc.nat(1), fc.array(json)).map((m) => callOf(m)),
    replies.map(([call, value]) => reply(Kind.RESULT, 'replied', call, value)),
    replies.map(([call, value]) => reply(Kind.CANCEL, 'cancelled', call, value)),
    fc.tuple(id, ticket).map(([object, bytes]) => grant(object, bytes)),
    fc.tuple(u32, ticket).map(([call, bytes]) => claim(call, bytes)),
    fc.constantFrom<Written>(
      [(o) => o.text(Kind.PING), ['pinged']],
      [(o) => o.text(Kind.PONG), ['ponged']],
      [(o) => o.credit(70_000), ['credited', 70_000]],
    ),
  );
  /** Messages other than calls, replies and cancellations are written ahead of the unsent ones. */
  const isAhead = ([, [said]]: Written): boolean => said !== 'called' && said !== 'replied' && said !== 'cancelled';

  test('one end reads the messages of the other in order, except priority messages, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 10 }), (todo, places) => {
        const connection = new DirectConnection();
        const nobody = { room: () => false, tooSlow: () => undefined };
        const staging = { staged: false, commit: () => undefined, abort: () => undefined };
        const outbox = new Outbox(connection, CODEC, staging, DEFAULT_LIMITS, someShare(), nobody);
        outbox.text(Kind.HELLO, '{"endpoints":[]}');
        for (const [send] of todo) send(outbox);
        outbox.end('{"reason":"idle"}');
        const record = new MessageRecord();
        readInto(record, cuts(Buffer.concat(connection.written), places));
        const expected = [...todo.filter(isAhead), ...todo.filter((message) => !isAhead(message))];
        expect(record.told).toEqual([
          ['greeted', { endpoints: [] }],
          ...expected.map(([, said]) => said),
          ['left', { reason: 'idle' }],
        ]);
      }),
    );
  });

  test('memory that the connection has released is reused, other memory is not', () => {
    for (const settled of [true, false, undefined]) {
      const connection = new KeepingConnection(settled);
      const staging = { staged: false, commit: () => undefined, abort: () => undefined };
      const nobody = { room: () => false, tooSlow: () => undefined };
      const outbox = new Outbox(connection, CODEC, staging, DEFAULT_LIMITS, someShare(), nobody);
      for (const value of ['first', 'other', 'a longer one']) {
        outbox.reply(Kind.RESULT, 1, value);
        outbox.flush();
      }
      const text = connection.kept.map((chunk) => Buffer.from(chunk).toString());
      const places = new Set(connection.kept.map(({ byteOffset }) => byteOffset));
      expect(places.size).toBe(settled === true ? 1 : 3);
      if (settled === true) expect(text[2]).toContain('a longer one');
      else
        for (const [index, value] of ['first', 'other', 'a longer one'].entries()) expect(text[index]).toContain(value);
    }
  });

  test('H37 H68 reading arbitrary bytes never throws', () => {
    const body = fc.tuple(fc.nat(14), fc.nat(3), fc.uint8Array({ maxLength: 60 }));
    fc.assert(
      fc.property(fc.array(body, { maxLength: 10 }), fc.boolean(), (bodies, greets) => {
        const bytes = bodies.map(([kind, flags, rest]) => frame(Buffer.of(kind, flags, ...rest)));
        const hello = frame(Buffer.concat([Buffer.of(Kind.HELLO, 0), Buffer.from('{"endpoints":[]}')]));
        readInto(new MessageRecord(), greets ? [hello, ...bytes] : bytes);
      }),
      { numRuns: propertyRuns(2_000) },
    );
  });
});

/** Keeps the written memory in place, and reports when it is done with it. */
class KeepingConnection extends DirectConnection {
  readonly kept: Uint8Array[] = [];

  constructor(settled: boolean | undefined) {
    super();
    if (settled !== undefined) Object.defineProperty(this, 'settled', { value: settled });
  }

  override write(chunks: readonly Uint8Array[]): boolean {
    this.kept.push(...chunks);
    return true;
  }
}

type Written = readonly [send: (outbox: Outbox) => void, said: readonly unknown[]];

function callOf([of, target, operation, flags, args]: readonly [
  number,
  number,
  number,
  number,
  readonly unknown[],
]): Written {
  return [
    (outbox) => outbox.call(of, target, operation, flags, args),
    ['called', of, target, operation, flags, args, expect.any(Number)],
  ];
}

function reply(kind: number, said: string, call: number, value: unknown): Written {
  const told = kind === Kind.CANCEL ? [said, call, value] : [said, call, kind, value];
  return [(outbox) => outbox.reply(kind, call, value), told];
}

function grant(object: number, bytes: Uint8Array): Written {
  return [(outbox) => outbox.grant(object, bytes), ['granted', object, Buffer.from(bytes).toString('hex')]];
}

function claim(call: number, bytes: Uint8Array): Written {
  return [(outbox) => outbox.claim(call, bytes), ['claimed', call, Buffer.from(bytes).toString('hex')]];
}

function readInto(record: MessageRecord, chunks: readonly Buffer[]): void {
  const reader = readerOf(record, DEFAULT_LIMITS.maxMessageBytes);
  for (const chunk of chunks) reader.push(chunk, chunk.length);
}

describe('checks of tokens', () => {
  const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withMap: true });
  const nearly = fc.array(fc.oneof(anything, fc.constant('0'.repeat(32)), fc.nat(), fc.array(fc.string())), {
    minLength: 3,
    maxLength: 5,
  });

  test.each([
    ['an id', checkedId],
    ['an exposure', checkedExposure],
    ['a far token', checkedFarToken],
    ['endpoints', checkedEndpoints],
  ])('H26 H71 %s of any value is accepted, or causes a SerializerError', (_, check) => {
    fc.assert(
      fc.property(fc.oneof(anything, nearly), (data) => {
        try {
          check(data);
        } catch (error) {
          expect(error).toBeInstanceOf(SerializerError);
          expect(error).toMatchObject({ code: 'INVALID_PAYLOAD' });
        }
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });

  test('H37 greetings, END messages and exposures of any text are accepted or rejected, and never throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), anything.map(textOf)), (text) => {
        parseGreeting(text);
        parseFarewell(text);
        new ExposureBook({ describe: () => undefined, kept: () => undefined }).learn(text);
        parseGreeting(`{"endpoints":${text}}`);
        parseFarewell(`{"reason":"idle","message":${text}}`);
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });
});

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // A bigint, or a value that contains itself: any text is sufficient.
    return '[';
  }
}
