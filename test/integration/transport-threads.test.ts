import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Faulty } from '#fixtures/faulty.js';
import { InThread, type ThreadData } from '#fixtures/threads.js';
import {
  ActorDiedError,
  ActorUnreachableError,
  AuthkeyError,
  registerTransport,
  release,
  type Remote,
  TransportError,
} from 'uactor';
import { transportConformance } from 'uactor/conformance';
import { describe, expect, test } from 'vitest';
import { threads } from '../../build/examples/message-port.js';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { runProgram } from '../support/run-program.ts';

const authkey = 'a key of more than sixteen bytes';
const HUB = 'thread://0/hub';

registerTransport(threads);

let number = 0;
transportConformance({ describe, expect, test }, { transport: threads, address: () => `thread://0/${++number}` });

/** A worker thread that serves an actor; it ends with the block. */
interface Thread extends AsyncDisposable {
  readonly worker: Worker;
  /** The address of the actor. */
  readonly address: string;
}

async function startThread(): Promise<Thread> {
  const data: ThreadData = {
    transport: new URL('../../build/examples/message-port.js', import.meta.url).href,
    authkey,
  };
  const worker = new Worker(new URL('../../build/fixtures/threads.js', import.meta.url), { workerData: data });
  const [address]: readonly unknown[] = await once(worker, 'message');
  return { worker, address: String(address), [Symbol.asyncDispose]: async () => void (await worker.terminate()) };
}

describe('U56 an actor in a worker thread', () => {
  test('U29 U30 U42 U43 answers calls, calls back, hands out iterators, and throws', async () => {
    await using thread = await startThread();
    const { worker, address } = thread;
    await using actor = await InThread.connect(address, { authkey });
    expect(await actor.thread()).toBe(worker.threadId);
    expect(await actor.callback(async (caller) => `called by ${caller}`)).toBe(`called by ${worker.threadId}`);
    const numbers: number[] = [];
    for await (const each of await actor.numbers(1_000)) numbers.push(each);
    expect(numbers).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
    const bytes = new Uint8Array(3_000_001).fill(7);
    expect(Buffer.compare(await actor.bytes(bytes), bytes)).toBe(0);
    const error = await failure(actor.fail());
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'not in this thread' });
  });

  test('U29 given to an actor of another thread, a proxy works there', async () => {
    await using one = await startThread();
    await using other = await startThread();
    await using left = await InThread.connect(one.address, { authkey });
    await using right = await InThread.connect(other.address, { authkey });
    expect(await left.call(right, 'thread')).toBe(other.worker.threadId);
    expect(await right.call(left, 'thread')).toBe(one.worker.threadId);
  });

  test('U30 may be told to call an actor of the main thread', async () => {
    await using hub = await Faulty.serve({ address: HUB, authkey });
    await using thread = await startThread();
    const { address } = thread;
    await using actor = await InThread.connect(address, { authkey });
    expect(await actor.call(hub.proxy, 'mark')).toBe(1);
    expect(await hub.proxy.marks()).toBe(1);
  });

  test('U31 needs the key like any other', async () => {
    await using thread = await startThread();
    const { address } = thread;
    const error = await failure(InThread.connect(address, { authkey: 'a key that is not the right one' }));
    expect(error).toBeInstanceOf(AuthkeyError);
  });

  test('U16 rejects its calls once when its thread ends, and is unreachable from then on', async () => {
    await using thread = await startThread();
    const { worker, address } = thread;
    const actor = await InThread.connect(address, { authkey });
    const calls = [actor.hang(), actor.hang(), actor.spin()].map((call) => failure(call));
    await worker.terminate();
    for (const error of await Promise.all(calls)) {
      expect(error).toBeInstanceOf(ActorDiedError);
      expect(error).toMatchObject({ executed: 'maybe' });
    }
    expect(await failure(InThread.connect(address, { authkey }))).toBeInstanceOf(ActorUnreachableError);
    release(actor);
  });

  test('listens in its own thread only', async () => {
    const error = await failure(Faulty.serve({ address: 'thread://999/hub', authkey }));
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ message: expect.stringContaining('thread 0') });
  });
});

test('F50 a worker thread that is terminated gives back what it held', async () => {
  await using hub = await Faulty.serve({ address: HUB, authkey });
  await using thread = await startThread();
  const { worker, address } = thread;
  const actor: Remote<typeof InThread> = await InThread.connect(address, { authkey });
  await actor.hold(HUB, authkey, 1_000);
  release(actor);
  await eventually(async () => expect(await hub.proxy.stats()).toMatchObject({ references: 1_001, sessions: 1 }));
  await worker.terminate();
  await eventually(async () => expect(await hub.proxy.stats()).toMatchObject({ references: 0, sessions: 0 }));
  await eventually(async () => expect(await hub.proxy.liveLeaves()).toBe(0));
});

test('U56 the example: worker threads share an actor of the main thread', async () => {
  const run = await runProgram(['build/examples/worker-threads.js', '100000']);
  expect(run).toEqual({
    exitCode: 0,
    signal: null,
    stdout: '9592 primes below 100000, found by 3 threads\n',
    stderr: '',
  });
});
