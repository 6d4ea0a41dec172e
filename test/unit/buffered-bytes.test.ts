import { beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, MIN_HIGH_WATER_BYTES } from '../../core/seam/limits.ts';
import { BufferedBytes, type BufferedShare, WaitingBytes } from '../../core/session/flow-control.ts';
import { Kind } from '../../core/session/message.ts';
import { Outbox } from '../../core/session/outbox.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { DirectConnection } from '../support/direct-connection.ts';

const KIB = 1024;
const MOST = 1_000 * KIB;

/** The messages that the sessions received, in order. */
let told: string[];
let all: BufferedBytes;

beforeEach(() => {
  told = [];
  all = new BufferedBytes(() => ({ ...DEFAULT_LIMITS, maxBufferedBytes: MOST }));
});

function share(name: string, evictable = true): BufferedShare {
  return all.share({
    evictable,
    pressed: () => void told.push(`${name} pressed`),
    evicted: () => void told.push(`${name} evicted`),
  });
}

describe('H33 bytes that all sessions keep', () => {
  test('H33 above the limit the session that is idle longest ends, not the oldest or the largest', () => {
    const [first, second, third] = [share('first'), share('second'), share('third')];
    first.keep('queued', 500 * KIB);
    second.keep('queued', 100 * KIB);
    third.keep('queued', 300 * KIB);
    // Some of the bytes were sent.
    first.keep('queued', 450 * KIB);
    told = [];
    third.keep('queued', 500 * KIB);
    expect(told).toEqual(['second evicted']);
    expect(all.account).toContain(`keep ${950 * KIB}`);
  });

  test('H33 a session that only buffers more is idle, and ends first', () => {
    const [growing, moving] = [share('growing'), share('moving')];
    growing.keep('receiving', 200 * KIB);
    moving.keep('receiving', 200 * KIB);
    for (let bytes = 300; bytes <= 800; bytes += 100) growing.keep('receiving', bytes * KIB);
    told = [];
    moving.keep('receiving', 201 * KIB);
    expect(told).toEqual(['growing evicted']);
  });

  test('H33 the pipe between an owner and its actor stays, and the next session ends', () => {
    const [pipe, other] = [share('pipe', false), share('other')];
    pipe.keep('queued', 900 * KIB);
    told = [];
    other.keep('queued', 101 * KIB);
    expect(told).toEqual(['other evicted']);
    expect(pipe.bytes).toBe(900 * KIB);
  });

  test('H33 an ended session no longer counts, whatever it still buffers', () => {
    const ended = share('ended');
    ended.keep('queued', 900 * KIB);
    ended.close();
    ended.keep('queued', 2_000 * KIB);
    expect(all.account).toContain('keep 0');
    expect(told).not.toContain('ended evicted');
  });

  test('H33 64 KiB of each kind do not count', () => {
    const small = share('small');
    for (const kind of ['queued', 'waiting', 'receiving'] as const) small.keep(kind, MIN_HIGH_WATER_BYTES);
    expect(small.bytes).toBe(0);
    small.keep('queued', MIN_HIGH_WATER_BYTES + 1);
    expect(small.bytes).toBe(MIN_HIGH_WATER_BYTES + 1);
  });

  test('H33 above half of the limit every session with buffered bytes is told once, and again after memory was free', () => {
    const [first, second] = [share('first'), share('second')];
    first.keep('queued', 300 * KIB);
    second.keep('queued', 200 * KIB);
    expect([all.pressed, told]).toEqual([false, []]);
    second.keep('queued', 201 * KIB);
    expect([all.pressed, told]).toEqual([true, ['first pressed', 'second pressed']]);
    second.keep('queued', 300 * KIB);
    expect(told).toHaveLength(2);
    first.keep('queued', 0);
    expect(all.pressed).toBe(false);
    first.keep('queued', 300 * KIB);
    expect(told).toHaveLength(4);
  });

  test('H33 while memory is short, a session queues at most 64 KiB of calls, and further calls do not run', () => {
    const [full, other] = [share('full'), share('other')];
    const waiting = new WaitingBytes(other);
    expect(waiting.add(100 * KIB)).toBeUndefined();
    waiting.remove(100 * KIB);
    full.keep('queued', 501 * KIB);
    expect(waiting.add(MIN_HIGH_WATER_BYTES)).toBeUndefined();
    expect(waiting.add(1)).toMatchObject({ code: 'OVERLOADED', executed: 'no' });
    expect(waiting.bytes).toBe(MIN_HIGH_WATER_BYTES);
    waiting.remove(1);
    expect(waiting.add(1)).toBeUndefined();
    full.keep('queued', 0);
    expect(waiting.add(100 * KIB)).toBeUndefined();
  });

  test('H33 while memory is short, a session writes at most 64 KiB, although its own mark is larger', () => {
    const [full, other] = [share('full'), share('other')];
    const codec = superjson.open({
      extensions: { replace: () => undefined, revive: () => undefined },
      maxDepth: 10,
      maxNodes: 100,
    });
    const staging = { staged: false, commit: () => undefined, abort: () => undefined };
    const reader = { room: () => false, tooSlow: () => undefined };
    const outbox = new Outbox(new DirectConnection(), codec, staging, DEFAULT_LIMITS, other, reader);
    outbox.reply(Kind.RESULT, 1, 'x'.repeat(100 * KIB));
    expect(outbox.hasRoom).toBe(true);
    full.keep('queued', 501 * KIB);
    expect([outbox.hasRoom, outbox.highWaterBytes]).toEqual([false, MIN_HIGH_WATER_BYTES]);
    full.keep('queued', 0);
    expect([outbox.hasRoom, outbox.highWaterBytes]).toEqual([true, DEFAULT_LIMITS.highWaterBytes]);
    outbox.flush();
  });
});
