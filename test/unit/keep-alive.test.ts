import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConnectionInfo } from '../../core/seam/transport.ts';
import { KeepAlive } from '../../core/session/peer-timers.ts';
import { Kind } from '../../core/session/message.ts';
import { MemoryConnection } from '../support/memory-connection.ts';

const KEEP_ALIVE_MS = 10_000;

interface Watch {
  readonly watch: KeepAlive;
  readonly connection: MemoryConnection;
  readonly sent: number[];
  readonly violations: string[];
}

function watching(info: Partial<ConnectionInfo> = { local: false }, keepAliveMs: number = KEEP_ALIVE_MS): Watch {
  const [connection] = MemoryConnection.pair({ info });
  const sent: number[] = [];
  const violations: string[] = [];
  const watch = new KeepAlive({
    connection,
    keepAliveMs,
    outbox: { text: (kind) => sent.push(kind) },
    violation: (what) => violations.push(what),
  });
  watch.start();
  return { watch, connection, sent, violations };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('U54 keepAlive', () => {
  test('U54 a silent peer is pinged, and given up within keepAlive', () => {
    const { watch, connection, sent } = watching();
    const destroyed = vi.spyOn(connection, 'destroy');
    watch.heard = true;
    vi.advanceTimersByTime(KEEP_ALIVE_MS - 1);
    expect(sent).toEqual([Kind.PING, Kind.PING]);
    expect(watch.lost).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(watch.lost).toMatchObject({ code: 'CONNECTION_LOST', message: expect.stringContaining('10000 ms') });
    expect(destroyed).toHaveBeenCalledOnce();
    // The connection closes in a later turn.
    vi.runAllTimers();
  });

  test('U54 a silent carrier that resumes by itself is not pinged or given up', () => {
    const { watch, sent } = watching({ local: false, resumes: true });
    const unwatch = watch.watch(1_000);
    vi.advanceTimersByTime(10 * KEEP_ALIVE_MS);
    unwatch();
    vi.advanceTimersByTime(10 * KEEP_ALIVE_MS);
    expect(sent).toEqual([]);
    expect(watch.lost).toBeUndefined();
    watch.stop();
  });

  test('U54 a peer that sends anything is not given up, and is not pinged while it sends', () => {
    const { watch, sent } = watching();
    for (let elapsedMs = 0; elapsedMs < 10 * KEEP_ALIVE_MS; elapsedMs += 1_000) {
      watch.heard = true;
      vi.advanceTimersByTime(1_000);
    }
    expect(sent).toEqual([]);
    for (let asked = 0; asked < 50; asked++) {
      vi.advanceTimersByTime(KEEP_ALIVE_MS / 2);
      watch.heard = true;
      if (sent.splice(0).length > 0) watch.ponged();
    }
    expect(watch.lost).toBeUndefined();
    watch.stop();
  });

  test('U54 bytes that leave after a wait are a sign of life, waiting bytes are not', () => {
    const { watch, connection } = watching();
    for (let bytes = 100_000; bytes > 0; bytes -= 1_000) {
      connection.bytesQueued = bytes;
      vi.advanceTimersByTime(KEEP_ALIVE_MS / 4);
    }
    expect(watch.lost).toBeUndefined();
    for (let batch = 0; batch < 20; batch++) {
      connection.bytesQueued = 5_000 + batch;
      watch.drained();
      vi.advanceTimersByTime(KEEP_ALIVE_MS / 4);
    }
    expect(watch.lost).toBeUndefined();
    vi.advanceTimersByTime(KEEP_ALIVE_MS);
    expect(watch.lost).toBeDefined();
  });

  test('U54 bytes that leave without a wait are not a sign of life', () => {
    const { watch } = watching();
    for (let look = 0; look < 4; look++) {
      watch.drained();
      vi.advanceTimersByTime(KEEP_ALIVE_MS / 4);
    }
    expect(watch.lost).toBeDefined();
  });

  test('U54 a connection within this machine is not monitored', () => {
    const { watch, sent } = watching({ local: true });
    vi.advanceTimersByTime(10 * KEEP_ALIVE_MS);
    expect(sent).toEqual([]);
    expect(watch.lost).toBeUndefined();
  });

  test('H40 a pong answers one ping only', () => {
    const { watch, violations } = watching();
    watch.ponged();
    expect(violations).toEqual(['a PONG without a PING']);
    vi.advanceTimersByTime(KEEP_ALIVE_MS / 2);
    watch.ponged();
    watch.ponged();
    watch.ponged();
    expect(violations).toHaveLength(2);
    watch.stop();
  });
});
