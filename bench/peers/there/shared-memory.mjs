/** Copies data from one half of the memory to the other. */
import { isMainThread, workerData } from 'node:worker_threads';

export const HEADER_BYTES = 64;
/** The size of each direction's area: the maximum in flight. */
export const AREA_BYTES = 20 * 1024 * 1024;
/** The positions, in the header, of the counters of requests and replies and of the request's length. */
export const [REQUESTS, REPLIES, LENGTH] = [0, 1, 2];

if (!isMainThread) {
  const header = new Int32Array(workerData, 0, HEADER_BYTES / 4);
  const request = Buffer.from(workerData, HEADER_BYTES, AREA_BYTES);
  const reply = Buffer.from(workerData, HEADER_BYTES + AREA_BYTES, AREA_BYTES);
  for (let seen = 0; ; seen++) {
    Atomics.wait(header, REQUESTS, seen);
    request.copy(reply, 0, 0, header[LENGTH]);
    Atomics.add(header, REPLIES, 1);
    Atomics.notify(header, REPLIES);
  }
}
