/** Replies to calls over a thread's port. */
import { parentPort } from 'node:worker_threads';
import { functions } from './functions.mjs';

parentPort.on('message', ({ id, method, args }) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of Node knows no origins
  parentPort.postMessage({ id, result: functions[method](...args) });
});
