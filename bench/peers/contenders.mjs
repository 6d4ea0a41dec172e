import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { credentials } from '@grpc/grpc-js';
import { newMessagePortRpcSession } from 'capnweb';
import { wrap } from 'comlink/dist/esm/comlink.mjs';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { Piscina } from 'piscina';
import { Tinypool } from 'tinypool';
import { pool } from 'workerpool';
import { GRPC_LIMITS, loadFunctions } from './grpc-service.mjs';
import { makeReplies } from './replies.mjs';
export { openSharedMemory } from './shared-memory.mjs';

const there = (name) => join(import.meta.dirname, 'there', name);
const MANY = 1_000;

/** Creates a contender from a function that calls. */
function contender(name, call, close) {
  return { name, add: (a, b) => call('add', [a, b]), echo: (value) => call('echo', [value]), close };
}

/** Node's own messages between processes, as structured clones. */
export function openProcessSend() {
  return openFork('process.send', 'advanced');
}

/** Node's own messages between processes, as JSON, which is Node's default. */
export function openProcessSendJson() {
  return openFork('process.send (JSON)', 'json');
}

async function openFork(name, serialization) {
  const child = fork(there('process-send.mjs'), { serialization });
  const replies = makeReplies((message) => child.send(message));
  child.on('message', (answer) => replies.answer(answer));
  return contender(
    name,
    (method, args) => replies.call(method, args),
    async () => {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  );
}

/** Node's own messages between threads. */
export async function openMessagePort() {
  const worker = new Worker(there('message-port.mjs'));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node knows no origins
  const replies = makeReplies((message) => worker.postMessage(message));
  worker.on('message', (answer) => replies.answer(answer));
  return contender(
    'MessagePort (thread)',
    (method, args) => replies.call(method, args),
    () => worker.terminate(),
  );
}

export async function openComlink() {
  const worker = new Worker(there('comlink.mjs'));
  const functions = wrap(nodeEndpoint(worker));
  return contender(
    'comlink (thread)',
    (method, args) => functions[method](...args),
    () => worker.terminate(),
  );
}

export async function openCapnweb() {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(there('capnweb.mjs'), { workerData: { port: port2 }, transferList: [port2] });
  const functions = newMessagePortRpcSession(port1);
  return contender(
    'capnweb (thread)',
    (method, args) => functions[method](...args),
    async () => {
      functions[Symbol.dispose]();
      port1.close();
      await worker.terminate();
    },
  );
}

export async function openPiscina() {
  const threads = new Piscina({
    filename: there('tinypool.mjs'),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: MANY,
  });
  return contender(
    'piscina (thread)',
    (method, args) => threads.run({ method, args }),
    () => threads.destroy(),
  );
}

export async function openTinypool() {
  const processes = new Tinypool({
    filename: there('tinypool.mjs'),
    runtime: 'child_process',
    serialization: 'advanced',
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: MANY,
  });
  return contender(
    'tinypool (process)',
    (method, args) => processes.run({ method, args }),
    () => processes.destroy(),
  );
}

export async function openWorkerpool() {
  const processes = pool(there('workerpool.mjs'), {
    workerType: 'process',
    minWorkers: 1,
    maxWorkers: 1,
    forkOpts: { serialization: 'advanced' },
  });
  return contender(
    'workerpool (process)',
    async (method, args) => await processes.exec(method, args),
    async () => {
      await processes.terminate();
    },
  );
}

/** Each kind of value has its own method, because gRPC needs a declared type. */
const GRPC_METHODS = {
  'small object': ['EchoSmall', (small) => small],
  '1,000 rows': ['EchoRows', (rows) => ({ rows })],
  'text of 100 KB': ['EchoText', (text) => ({ text })],
  'bytes of 1 MiB': ['EchoBytes', (bytes) => ({ bytes })],
};

export async function openGrpc() {
  const child = fork(there('grpc.mjs'));
  const [port] = await once(child, 'message');
  const Client = loadFunctions();
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), GRPC_LIMITS);
  const call = (method, request) =>
    new Promise((resolve, reject) => {
      client[method](request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  return {
    name: 'grpc-js (process)',
    add: (a, b) => call('Add', { a, b }),
    echo: (value, _bytes, name) => {
      const [method, wrapped] = GRPC_METHODS[name];
      return call(method, wrapped(value));
    },
    close: async () => {
      client.close();
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}
