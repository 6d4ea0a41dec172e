import { expect, test } from 'vitest';
import type { Receiver } from '../../core/seam/transport.ts';
import { dice } from '../../scripts/dice.mjs';
import { BrokerConnection } from '../../transports/nats/broker-connection.ts';
import type { Broker } from '../../transports/nats/broker.ts';
import { type Frame, type FrameKind, Kind, LAST, makeFrame, readFrame, stamp } from '../../transports/nats/frame.ts';
import { PeerWindow } from '../../transports/nats/peer-window.ts';
import { MemoryWorld } from '../support/memory-broker.ts';

const MIB = 1024 * 1024;
const SUBJECTS = { send: 'to the peer', receive: 'to this end' };

/** The numbers in a frame of the peer, the size of its payload, and whether it is the last DATA. */
interface ArrivedFrame {
  readonly number: number;
  readonly expected: number;
  readonly bytes: number;
  readonly last: boolean;
  readonly credit: number;
}

/** One end of a connection in virtual time; the test is the broker and the peer. */
class OneEnd implements Receiver {
  readonly world = new MemoryWorld(dice(1));
  readonly sent: Frame[] = [];
  readonly connection: BrokerConnection;
  bytes = 0;
  drains = 0;
  holds = 0;
  forgotten = 0;
  readonly causes: (Error | undefined)[] = [];
  #connected = true;
  readonly #watchers = new Set<(connected: boolean) => void>();

  constructor() {
    const { world } = this;
    const connected = (): boolean => this.#connected;
    const broker: Broker = {
      get connected() {
        return connected();
      },
      maxPayloadBytes: MIB,
      publish: (_subject, payload) => {
        if (!this.#connected) throw new Error('published although the broker is unavailable');
        const frame = readFrame(Uint8Array.from(payload));
        if (frame === undefined) throw new Error('published something that is not a frame');
        this.sent.push(frame);
      },
      subscribe: () => () => undefined,
      flush: () => Promise.resolve(),
      watch: (listener) => {
        this.#watchers.add(listener);
        return () => void this.#watchers.delete(listener);
      },
    };
    this.connection = new BrokerConnection({
      broker,
      clock: {
        now: () => world.now,
        after: (ms, callback) => world.after(ms, callback),
        soon: (callback) => void world.after(0, callback),
      },
      hold: { acquire: () => void this.holds++, release: () => void this.holds-- },
      settings: { silenceMs: 30_000, outageMs: 60_000, firstNumber: 0 },
      peer: new PeerWindow(),
      info: { peer: 'the peer', local: false, encrypted: false, authenticated: false, resumes: true },
      subjects: SUBJECTS,
      forgotten: () => void this.forgotten++,
    });
  }

  data(chunk: Uint8Array): void {
    this.bytes += chunk.length;
  }

  drained(): void {
    this.drains++;
  }

  closed(cause?: Error): void {
    this.causes.push(cause);
  }

  set connected(connected: boolean) {
    this.#connected = connected;
    for (const watcher of this.#watchers) watcher(connected);
  }

  /** Lets the peer send a frame: with the number of its DATA, and that of the DATA that it expects. */
  arrive(
    kind: FrameKind,
    { number = 0, expected = 0, bytes = 0, last = false, credit = MIB }: Partial<ArrivedFrame> = {},
  ): void {
    const frame = makeFrame(kind, last ? LAST : 0, number, bytes);
    stamp(frame, { expected, credit });
    const { receive: subject } = SUBJECTS;
    this.connection.arrive({ subject, reply: '', payload: frame, nobody: false });
  }

  /** Lets the broker report that the peer has no subscriber. */
  arriveNobody(): void {
    this.connection.arrive({ subject: SUBJECTS.receive, reply: '', payload: new Uint8Array(0), nobody: true });
  }

  count(kind: FrameKind): number {
    return this.sent.filter((frame) => frame.kind === kind).length;
  }

  async passed(ms: number): Promise<void> {
    const end = this.world.now + ms;
    this.world.after(ms, () => undefined);
    await this.world.run(() => this.world.now >= end);
  }
}

/** Returns an end whose connection is open. */
async function opened(ended?: () => void): Promise<OneEnd> {
  const end = new OneEnd();
  end.connection.open(end, ended);
  await end.passed(1);
  return end;
}

test('a closed or ending connection takes no bytes', async () => {
  const end = await opened();
  end.connection.end();
  expect(end.connection.write([new Uint8Array(10)])).toBe(true);
  expect(end.connection.bytesQueued).toBe(0);
  await end.passed(10);
  expect(end.sent.filter(({ kind }) => kind === Kind.data).map(({ payload, last }) => [payload.length, last])).toEqual([
    [0, true],
  ]);
  const closed = await opened();
  closed.connection.destroy();
  await closed.passed(1);
  expect(closed.connection.write([new Uint8Array(10)])).toBe(true);
  closed.connection.hold(true);
  expect([closed.connection.bytesQueued, closed.holds]).toEqual([0, 0]);
});

test('nothing written is never waiting, even without a broker', async () => {
  const end = await opened();
  end.connected = false;
  expect(end.connection.write([])).toBe(true);
  expect(end.connection.write([new Uint8Array(1)])).toBe(false);
});

test('a connection holds the process until it has closed, whatever its user wants after its end', async () => {
  const end = await opened();
  end.connection.hold(false);
  expect(end.holds).toBe(0);
  end.connection.end();
  end.connection.hold(false);
  expect(end.holds).toBe(1);
  end.connection.destroy();
  await end.passed(1);
  end.connection.hold(true);
  expect([end.holds, end.causes]).toEqual([0, [undefined]]);
  await end.passed(1_000);
  expect(end.forgotten).toBe(1);
  const unopened = new OneEnd();
  unopened.connection.destroy();
  expect(unopened.holds).toBe(0);
  unopened.connection.open(unopened);
  await unopened.passed(1);
  expect([unopened.holds, unopened.causes]).toEqual([0, [undefined]]);
});

test('a paused connection that ends still reads what the peer sends, and cannot be paused again', async () => {
  const end = await opened();
  end.connection.pause();
  end.arrive(Kind.data, { number: 0, bytes: 10 });
  await end.passed(1);
  expect(end.bytes).toBe(0);
  end.connection.end();
  end.connection.pause();
  await end.passed(1);
  expect(end.bytes).toBe(10);
  end.arrive(Kind.data, { number: 1, bytes: 5, last: true, expected: 1 });
  await end.passed(1);
  expect([end.bytes, end.causes]).toEqual([15, [undefined]]);
});

test('a peer that sends more than its credit is disconnected with an error and a RESET', async () => {
  const end = await opened();
  end.connection.pause();
  for (let number = 0; number < 16; number++) end.arrive(Kind.data, { number, bytes: 64 * 1024 });
  await end.passed(1);
  expect(end.causes).toMatchObject([
    { name: 'TransportError', message: expect.stringContaining('sent more than allowed') },
  ]);
  expect(end.count(Kind.reset)).toBe(1);
});

test('a missing DATA is requested once, and repeated once for several requests', async () => {
  const end = await opened();
  for (const number of [3, 1, 2]) end.arrive(Kind.data, { number, bytes: 1 });
  expect(end.count(Kind.missing)).toBe(1);
  end.connection.write([new Uint8Array(100)]);
  for (let time = 0; time < 5; time++) end.arrive(Kind.missing);
  expect(end.count(Kind.data)).toBe(2);
  await end.passed(60);
  end.arrive(Kind.missing);
  expect(end.count(Kind.data)).toBe(3);
});

test('a reader gives credit as soon as it has read half a window, and waits for the broker to give it', async () => {
  const end = await opened();
  const send = (from: number, count: number): void => {
    for (let number = from; number < from + count; number++) end.arrive(Kind.data, { number, bytes: 64 * 1024 });
  };
  send(0, 7);
  const before = end.count(Kind.acknowledgement);
  send(7, 2);
  expect(end.count(Kind.acknowledgement)).toBe(before + 1);
  end.connection.pause();
  send(9, 10);
  end.connected = false;
  end.connection.resume();
  await end.passed(10);
  expect(end.bytes).toBe(19 * 64 * 1024);
});

test('a writer is told to continue when everything has left, and not before', async () => {
  const end = await opened();
  expect(end.connection.write([new Uint8Array(2 * MIB)])).toBe(false);
  end.arrive(Kind.acknowledgement, { expected: 1, credit: MIB + 64 * 1024 });
  await end.passed(10);
  expect(end.drains).toBe(0);
  end.arrive(Kind.acknowledgement, { expected: end.count(Kind.data), credit: 2 * MIB });
  await end.passed(10);
  end.arrive(Kind.acknowledgement, { expected: end.count(Kind.data), credit: 2.5 * MIB });
  await end.passed(10);
  expect([end.drains, end.connection.bytesQueued]).toEqual([1, 0]);
});

test('a writer that writes again before it is told to continue waits for the new bytes, too', async () => {
  const end = await opened();
  end.connected = false;
  expect(end.connection.write([new Uint8Array(10)])).toBe(false);
  end.connected = true;
  expect(end.connection.write([new Uint8Array(2 * MIB)])).toBe(false);
  await end.passed(10);
  expect(end.drains).toBe(0);
});

test('the end of the peer is reported once', async () => {
  let ends = 0;
  const end = await opened(() => void ends++);
  end.arrive(Kind.data, { number: 0, last: true });
  for (let time = 0; time < 3; time++) end.arrive(Kind.ping, { number: 1 });
  expect(ends).toBe(1);
});

test('a peer that confirms the end of this end and does not end itself is given up after 5 s', async () => {
  const end = await opened();
  end.connection.end();
  end.arrive(Kind.acknowledgement, { expected: 1 });
  await end.passed(4_900);
  expect(end.causes).toEqual([]);
  await end.passed(200);
  expect(end.causes).toEqual([undefined]);
  // It may have ended during an outage of the broker.
  const away = await opened();
  away.connection.end();
  away.arrive(Kind.acknowledgement, { expected: 1 });
  away.connected = false;
  await away.passed(20_000);
  away.connected = true;
  await away.passed(1_000);
  expect(away.causes).toEqual([]);
});

test('a connection over which everything was sent and received ends in order, although the confirmation is missing', async () => {
  for (const what of ['nobody is there', 'silence'] as const) {
    const end = await opened();
    end.connection.write([new Uint8Array(10)]);
    end.arrive(Kind.data, { number: 0, bytes: 5, last: true, expected: 1 });
    await end.passed(1);
    if (what === 'nobody is there') end.arriveNobody();
    await end.passed(what === 'silence' ? 31_000 : 1);
    expect([end.bytes, end.causes], what).toEqual([5, [undefined]]);
  }
});

test('a connection whose last bytes are not confirmed is lost', async () => {
  for (const what of ['nobody is there', 'silence'] as const) {
    const end = await opened();
    end.connection.write([new Uint8Array(10)]);
    end.arrive(Kind.data, { number: 0, bytes: 5, last: true });
    await end.passed(1);
    if (what === 'nobody is there') end.arriveNobody();
    await end.passed(what === 'silence' ? 31_000 : 6_000);
    expect(end.causes, what).toMatchObject([{ name: 'ConnectionLostError' }]);
  }
});

test('a peer that was absent for a moment, or during an outage of the broker, is not lost', async () => {
  const end = await opened();
  end.arriveNobody();
  await end.passed(4_000);
  end.arrive(Kind.acknowledgement);
  await end.passed(2_000);
  end.arriveNobody();
  end.connected = false;
  await end.passed(6_000);
  end.connected = true;
  await end.passed(100);
  expect(end.causes).toEqual([]);
  expect(end.sent.at(-1)?.kind).toBe(Kind.ping);
});

test('a closed connection answers late DATA and PING, and nothing else, by RESET if it was broken off', async () => {
  const end = await opened();
  end.connection.destroy();
  await end.passed(1);
  const before = end.sent.length;
  for (const kind of [Kind.acknowledgement, Kind.missing, Kind.reset]) end.arrive(kind);
  expect(end.sent.length).toBe(before);
  for (const kind of [Kind.data, Kind.ping]) end.arrive(kind);
  expect(end.sent.slice(before).map(({ kind }) => kind)).toEqual([Kind.reset, Kind.reset]);
  const ended = await opened();
  ended.connection.end();
  ended.arrive(Kind.data, { number: 0, last: true, expected: 1 });
  await ended.passed(1);
  expect(ended.causes).toEqual([undefined]);
  ended.arrive(Kind.ping, { number: 1, expected: 1 });
  expect(ended.sent.at(-1)?.kind).toBe(Kind.acknowledgement);
  expect(ended.count(Kind.reset)).toBe(0);
});
