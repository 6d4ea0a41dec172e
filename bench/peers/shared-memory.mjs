/** Frames to and from a thread through shared memory: the minimum cost of a call to a thread. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AREA_BYTES, HEADER_BYTES, LENGTH, REPLIES, REQUESTS } from './there/shared-memory.mjs';

/** The frame size that represents a call without a value. */
const SMALL_BYTES = 64;

/**
 * A ping-pong of frames without a serializer: this thread copies them into one half of the memory, the other thread copies them
 * to the other half, and this one copies them out. The frames of one tick go together. The other thread sleeps until it is woken;
 * this one continues its event loop meanwhile.
 */
export async function openSharedMemory() {
  const memory = new SharedArrayBuffer(HEADER_BYTES + 2 * AREA_BYTES);
  const worker = new Worker(join(import.meta.dirname, 'there', 'shared-memory.mjs'), { workerData: memory });
  await new Promise((resolve) => worker.once('online', resolve));
  const header = new Int32Array(memory, 0, HEADER_BYTES / 4);
  const there = Buffer.from(memory, HEADER_BYTES, AREA_BYTES);
  const back = Buffer.from(memory, HEADER_BYTES + AREA_BYTES, AREA_BYTES);
  const frames = new Map();
  let waiting = [];
  let scheduled = false;

  const exchange = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      let bytes = 0;
      for (const { frame } of batch) bytes += frame.copy(there, bytes);
      header[LENGTH] = bytes;
      const replies = header[REPLIES];
      Atomics.add(header, REQUESTS, 1);
      Atomics.notify(header, REQUESTS);
      const answered = Atomics.waitAsync(header, REPLIES, replies);
      if (answered.async) await answered.value;
      let at = 0;
      for (const { frame, resolve } of batch) {
        resolve(Buffer.from(back.subarray(at, at + frame.length)));
        at += frame.length;
      }
    }
    scheduled = false;
  };
  const roundTrip = (bytes) =>
    new Promise((resolve) => {
      const frame = frames.get(bytes) ?? Buffer.alloc(bytes, 7);
      frames.set(bytes, frame);
      waiting.push({ frame, resolve });
      if (scheduled) return;
      scheduled = true;
      process.nextTick(exchange);
    });
  return {
    name: 'raw · shared memory (thread)',
    add: () => roundTrip(SMALL_BYTES),
    echo: (_value, bytes) => roundTrip(bytes),
    close: () => worker.terminate(),
  };
}
