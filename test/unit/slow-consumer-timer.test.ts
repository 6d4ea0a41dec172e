import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { SlowConsumerTimer } from '../../core/session/peer-timers.ts';

const limits = { ...DEFAULT_LIMITS, highWaterBytes: 1_000, slowConsumerMs: 100, minBytesPerSecond: 1_000 };

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('F16 a reader is too slow if it takes nothing while too many bytes wait for too long', () => {
  const queue = { bytesQueued: 1_001, bytesTaken: 0, highWaterBytes: 1_000 };
  const tooSlow = vi.fn();
  new SlowConsumerTimer(queue, limits, tooSlow).check();
  vi.advanceTimersByTime(99);
  expect(tooSlow).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(tooSlow).toHaveBeenCalledTimes(1);
});

test('F16 a reader at the minimum rate is not too slow even if as many bytes arrive, and a slower reader is', () => {
  const queue = { bytesQueued: 1_001, bytesTaken: 0, highWaterBytes: 1_000 };
  const tooSlow = vi.fn();
  new SlowConsumerTimer(queue, limits, tooSlow).check();
  for (let round = 0; round < 10; round++) {
    queue.bytesTaken += 100;
    queue.bytesQueued += 100;
    vi.advanceTimersByTime(100);
  }
  expect(tooSlow).not.toHaveBeenCalled();
  queue.bytesTaken += 99;
  vi.advanceTimersByTime(100);
  expect(tooSlow).toHaveBeenCalledTimes(1);
});

test('F16 the timer stops after a reader has caught up or closed', () => {
  const queue = { bytesQueued: 1_001, bytesTaken: 0, highWaterBytes: 1_000 };
  const tooSlow = vi.fn();
  const timer = new SlowConsumerTimer(queue, limits, tooSlow);
  timer.check();
  queue.bytesQueued = 1_000;
  timer.check();
  queue.bytesQueued = 1_001;
  timer.check();
  timer.stop();
  vi.advanceTimersByTime(1_000);
  expect(tooSlow).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
