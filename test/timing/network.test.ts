import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Counter } from '#fixtures/counter.js';
import { Faulty } from '#fixtures/faulty.js';
import { callOptions, MessageTooLargeError, release, type Remote } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { isAlive } from '../support/leaks.ts';
import { parseAddress } from '../../transports/ipc/address.ts';
import { ASK_FOR_ACTOR, RawKind, u32 } from '../support/raw-messages.ts';
import { rawClient } from '../support/raw-peer.ts';

const KIB = 1024;
const KEY = 'a key of more than sixteen bytes';

describe('F24 an actor that is stopped and goes on', () => {
  test('F24 answers what was asked before, once, unless the deadline passed meanwhile', async () => {
    await using actor = await Faulty.spawn();
    const pid = await actor.pid();
    process.kill(pid, 'SIGSTOP');
    const patient = actor.mark();
    const hasty = failure(callOptions(actor, { timeout: 100 }).mark());
    expect(await hasty).toMatchObject({ code: 'TIMEOUT', executed: 'maybe' });
    process.kill(pid, 'SIGCONT');
    expect(await patient).toBe(1);
    // The late call was abandoned before it began, or it ran and its reply was dropped: it ran at most once.
    expect(await actor.mark()).toBeLessThanOrEqual(3);
    expect(isAlive(pid)).toBe(true);
  });

  // By default a tenth of the documented half minute; F24_STOP_MS=30000 for all of it.
  const stopMs = Number(process.env['F24_STOP_MS'] ?? 3_000);
  test(`F24 for ${stopMs} ms keeps its calls, its references and its place among others`, {
    timeout: stopMs + 60_000,
  }, async () => {
    await using actor = await Faulty.spawn();
    await using other = await Faulty.spawn();
    const leaf = await actor.leaf();
    const pid = await actor.pid();
    process.kill(pid, 'SIGSTOP');
    const asked = [actor.mark(), leaf.value(), actor.echo('still here')];
    const hasty = Array.from({ length: 10 }, () => failure(callOptions(actor, { timeout: stopMs / 2 }).mark()));
    for (const error of await Promise.all(hasty)) expect(error).toMatchObject({ code: 'TIMEOUT', executed: 'maybe' });
    await failure(callOptions(actor, { timeout: stopMs / 2 }).marks());
    expect(await other.mark()).toBe(1);
    process.kill(pid, 'SIGCONT');
    expect(await Promise.all(asked)).toEqual([1, 0, 'still here']);
    expect(await actor.marks()).toBeLessThanOrEqual(11);
    release(leaf);
    await eventually(async () => expect(await actor.liveLeaves()).toBe(0));
  });

  test('F24 on TCP, for longer than keepAlive: the calls are lost, once, and the next one connects anew', async () => {
    const authkey = 'a key of more than sixteen bytes';
    const Stopped = Faulty.with({ address: ['127.0.0.1', 0], authkey, keepAlive: 1_000, stdio: 'ignore' });
    await using actor = await Stopped.spawn();
    const client = await Stopped.connect(actor.connectionAddress ?? '', { ownConnection: true, authkey });
    const pid = await actor.pid();
    process.kill(pid, 'SIGSTOP');
    const error = await failure(client.mark());
    process.kill(pid, 'SIGCONT');
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', executed: 'maybe' });
    const marks = await client.mark();
    expect(marks).toBeLessThanOrEqual(2);
    expect(await actor.marks()).toBe(marks);
    release(client);
  });
});

test.each([
  ['a Unix socket', {}],
  ['TLS', { address: 'tcp://127.0.0.1:0' }],
  ['plain TCP', { address: 'tcp://127.0.0.1:0', transport: { tcp: { encryption: false } } }],
])(
  'L12 who connects to an actor that is busy for too long is told so, and what to raise, over %s',
  async (_way, how) => {
    const authkey = 'a key of more than sixteen bytes';
    const Busy = Faulty.with({ ...how, authkey, stdio: 'ignore' });
    await using actor = await Busy.spawn();
    const blocked = actor.block(1_500);
    const Hasty = Busy.with({ limits: { handshakeMs: 200 } });
    expect(await failure(Hasty.connect(actor.connectionAddress ?? '', { ownConnection: true, authkey }))).toMatchObject(
      {
        code: 'UNREACHABLE',
        message: expect.stringMatching(/busy|blocked/),
        cause: { name: 'TimeoutError', message: 'Connecting took longer than limits.handshakeMs, 200 ms' },
      },
    );
    await blocked;
    const client = await Busy.connect(actor.connectionAddress ?? '', { ownConnection: true, authkey });
    expect(await client.mark()).toBe(1);
    release(client);
  },
);

describe('F34 a message larger than maxMessageBytes', () => {
  const limits = { maxMessageBytes: 64 * KIB };

  /** Returns the size of the largest byte array that a call can carry there, found by trying. */
  async function most(actor: Remote<typeof Faulty>): Promise<number> {
    let [fits, tooMuch] = [0, limits.maxMessageBytes];
    while (tooMuch - fits > 1) {
      const bytes = Math.floor((fits + tooMuch) / 2);
      const sent = await actor.take(new Uint8Array(bytes)).then(
        () => true,
        (error: unknown) => {
          expect(error).toBeInstanceOf(MessageTooLargeError);
          expect(error).toMatchObject({ executed: 'no' });
          return false;
        },
      );
      if (sent) fits = bytes;
      else tooMuch = bytes;
    }
    return fits;
  }

  test('F34 one byte too many is refused by the sender, and nothing is sent', async () => {
    await using actor = await Faulty.with({ limits, serializer: 'msgpack' }).spawn();
    const bytes = await most(actor);
    expect(bytes).toBeGreaterThan(limits.maxMessageBytes - 256);
    await actor.take(new Uint8Array(bytes));
    expect(await failure(actor.take(new Uint8Array(bytes + 1)))).toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      executed: 'no',
    });
    expect(await actor.mark()).toBe(1);
  });

  test('F34 a result that is too large rejects its call, which ran', async () => {
    await using actor = await Faulty.with({ limits }).spawn();
    expect(await failure(actor.bytes(limits.maxMessageBytes))).toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      executed: 'yes',
    });
    expect(await actor.mark()).toBe(1);
  });

  test('F34 a sender that allows itself more keeps to what the other end accepts', async () => {
    await using actor = await Faulty.with({ limits, authkey: KEY, stdio: 'ignore' }).spawn();
    const Generous = Faulty.with({ limits: { maxMessageBytes: 256 * KIB * KIB } });
    const client = await Generous.connect(actor.connectionAddress ?? '', { ownConnection: true, authkey: KEY });
    const error = await failure(client.take(new Uint8Array(32 * KIB * KIB)));
    expect(error).toMatchObject({ code: 'MESSAGE_TOO_LARGE', executed: 'no' });
    expect(await client.mark()).toBe(1);
    release(client);
  });

  test('F34 a sender that keeps to nothing is cut off, and nothing of its message is kept', async () => {
    await using actor = await Faulty.with({ limits, authkey: KEY, stdio: 'ignore' }).spawn();
    const before = await actor.memory();
    await sendTooMuch(actor, 32 * KIB * KIB);
    // Bytes that were read and dropped still count until the garbage collector has run.
    await eventually(async () => expect((await actor.memory()) - before).toBeLessThan(8 * KIB * KIB));
    await eventually(async () => expect(await actor.stats()).toMatchObject({ sessions: 1 }));
    expect(await actor.mark()).toBe(1);
  });
});

test('F34 a message of 200 MiB that is too large is never in the memory of its receiver', async () => {
  await using actor = await Faulty.with({
    authkey: KEY,
    stdio: 'ignore',
    limits: { maxMessageBytes: 64 * KIB },
  }).spawn();
  const status = `/proc/${await actor.pid()}/status`;
  await actor.memory();
  // Resets the system's record of the peak.
  writeFileSync(status.replace('status', 'clear_refs'), '5');
  const before = bytesIn(status, 'VmHWM');
  await sendTooMuch(actor, 200 * KIB * KIB);
  await eventually(async () => expect(await actor.stats()).toMatchObject({ sessions: 1 }));
  // Bytes that are read and dropped also take memory until the garbage collector runs, but it runs long before this amount.
  expect(bytesIn(status, 'VmHWM') - before).toBeLessThan(128 * KIB * KIB);
});

/** A client without the library sends one message of this many bytes, until it is disconnected. */
async function sendTooMuch(actor: Remote<typeof Faulty>, bytes: number): Promise<void> {
  using peer = await rawClient(parseAddress(actor.connectionAddress ?? ''), Buffer.from(KEY), ASK_FOR_ACTOR);
  await peer.reply(0);
  peer.send(u32(bytes), Buffer.of(RawKind.CALL, 0));
  for (let sent = 2; sent < bytes && !peer.closed; sent += KIB * KIB) {
    peer.send(Buffer.alloc(KIB * KIB));
    await setImmediate();
  }
  await peer.hasClosed();
}

/** Returns a figure in a `status` file of `/proc`, in bytes. */
function bytesIn(path: string, name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(path, 'utf8'))?.[1]) * KIB;
}

test('F35 over a connection of their own, small calls do not wait for 100 MB, in either direction', async () => {
  await using actor = await Faulty.with({ serializer: 'msgpack' }).spawn();
  const beside = await Faulty.connect(actor.connectionAddress ?? '', { ownConnection: true });
  const bytes = new Uint8Array(100_000_000);
  for (const transfer of [() => actor.take(bytes), () => actor.bytes(bytes.length)]) {
    const order: string[] = [];
    const large = Promise.resolve(transfer()).then(() => order.push('large'));
    const small = beside.mark().then(() => order.push('small'));
    await Promise.all([large, small]);
    expect(order).toEqual(['small', 'large']);
  }
  release(beside);
});

test('F35 small calls beside 100 MB are answered, in order, when that has been read', async () => {
  await using actor = await Faulty.with({ serializer: 'msgpack' }).spawn();
  const order: string[] = [];
  const note = (what: string) => (): number => order.push(what);
  const large = actor.take(new Uint8Array(100_000_000)).then(note('large'));
  const small = Array.from({ length: 10 }, () => actor.mark().then(note('small')));
  await Promise.all([large, ...small]);
  expect(order).toEqual(['large', ...small.map(() => 'small')]);
  expect(await actor.marks()).toBe(10);
});

test('F41 a shutdown hook that throws is told to the owner, and the process ends all the same', async () => {
  const actor = await Faulty.spawn();
  const pid = await actor.pid();
  await actor.callInHook(() => Promise.reject(new RangeError('not in the mood')));
  expect(await failure(actor.shutdown())).toMatchObject({ message: 'not in the mood' });
  expect(isAlive(pid)).toBe(false);
});

test('F41 a shutdown hook that never settles is given up after shutdownTimeout', async () => {
  const actor = await Faulty.with({ shutdownTimeout: 200, stdio: 'ignore' }).spawn(undefined, 'hangs');
  const pid = await actor.pid();
  await actor.shutdown();
  expect(isAlive(pid)).toBe(false);
});

test('F42 a wall clock that jumps at the caller lets no call time out', async () => {
  await using counter = await Counter.spawn();
  const { now } = Date;
  try {
    for (const jump of [3_600_000, -3_600_000]) {
      Date.now = () => now() + jump;
      const call = callOptions(counter, { timeout: 30_000 }).increment();
      Date.now = () => now() - jump;
      expect(await call).toBeGreaterThan(0);
    }
  } finally {
    Date.now = now;
  }
});
