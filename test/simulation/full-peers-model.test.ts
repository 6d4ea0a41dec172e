import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { MIN_HIGH_WATER_BYTES } from '../../core/seam/limits.ts';
import { ReceiverCredit, SenderCredit } from '../../core/session/flow-control.ts';
import type { Session } from '../../core/session/session.ts';
import { everyInterleaving, type Model, type Step } from './interleavings.ts';
import { type PairOptions, PeerPair } from './peer-pair.ts';

const CREDIT_BYTES = MIN_HIGH_WATER_BYTES;
/** More than the credit and more than the wire holds, so one call or one reply fills both. */
const BIG_BYTES = CREDIT_BYTES + 44;
/** The further bytes of a message, and those of the messages sent ahead of it. */
const HEADER_BYTES = 200;

const METHODS = ['swap', 'rows'];

/** Accepts much and returns much, at once or row by row. */
class Service {
  swap(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(bytes.length);
  }

  *rows(count: number): Generator<Uint8Array> {
    for (let row = 0; row < count; row++) yield new Uint8Array(BIG_BYTES);
  }
}

async function swap(session: Session): Promise<void> {
  expect(await session.control('swap', [new Uint8Array(BIG_BYTES)])).toHaveLength(BIG_BYTES);
}

/** Both ends send each other calls that exceed the other's credit, and receive replies that exceed their own. */
class FullPeers implements Model {
  readonly #pair: PeerPair;
  /** Rows are sent together. */
  readonly #largestBytes: number;
  #begun = 0;
  #ended = 0;
  readonly #failures: unknown[] = [];

  constructor({ calls, rows }: { calls: readonly [number, number]; rows: number }, options: PairOptions) {
    this.#pair = new PeerPair(() => new Service(), METHODS, options);
    this.#largestBytes = Math.max(1, rows) * BIG_BYTES + HEADER_BYTES;
    const [left, right] = this.#pair.peers;
    // All calls are made at once: those that wait for credit are sent by the steps that bring it.
    for (let count = 0; count < calls[0]; count++) this.#watch(swap(left.session));
    for (let count = 0; count < calls[1]; count++) this.#watch(swap(right.session));
    if (rows > 0) this.#watch(this.#read(rows));
  }

  steps(): readonly Step[] {
    return this.#pair.steps();
  }

  check(): void {
    for (const { session } of this.#pair.peers) {
      // If an end sends more than its credit, the other one ends the session.
      expect(session.open).toBe(true);
      expect(session.load.bytesQueued).toBeLessThanOrEqual(CREDIT_BYTES + this.#largestBytes);
      // Sent calls without a reply are those that the credit allows, and one that exceeded it.
      expect(session.load.running).toBeLessThanOrEqual(3);
    }
  }

  end(): void {
    const loads = this.#pair.peers.map(({ session: { load } }) => [load.calls, load.running, load.bytesQueued]);
    this.#pair.close();
    expect(this.#failures).toEqual([]);
    if (this.#ended < this.#begun) throw new Error(`${this.#begun - this.#ended} of ${this.#begun} calls never end`);
    expect(loads).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  }

  async #read(count: number): Promise<void> {
    const [{ session }] = this.#pair.peers;
    const rows = await session.control<AsyncIterable<Uint8Array>>('rows', [count]);
    let read = 0;
    for await (const row of rows) {
      expect(row).toHaveLength(BIG_BYTES);
      read++;
    }
    expect(read).toBe(count);
  }

  #watch(promise: Promise<void>): void {
    this.#begun++;
    promise.then(
      () => this.#ended++,
      (error: unknown) => this.#failures.push(error),
    );
  }
}

/** Creates the model with its calls written: they are sent in a later tick. */
async function begun(...args: ConstructorParameters<typeof FullPeers>): Promise<FullPeers> {
  const model = new FullPeers(...args);
  await setImmediate();
  return model;
}

const SMALL: PairOptions = { limits: { highWaterBytes: CREDIT_BYTES }, capacityBytes: 100 };

const CASES = [
  { name: 'both call', calls: [2, 1], rows: 0 },
  { name: 'one calls while the other reads rows', calls: [0, 2], rows: 2 },
] as const;

for (const { name, ...work } of CASES) {
  test(`two full peers make progress in every order: ${name}`, { timeout: 120_000 }, async () => {
    const { runs, taken } = await everyInterleaving(() => begun(work, SMALL));
    expect(runs).toBeGreaterThan(100);
    // Both ends were full; otherwise the test would show nothing.
    expect([...taken.keys()]).toEqual(expect.arrayContaining(['left has room', 'right has room']));
  });
}

test.each(['credit is lost', 'a full end stops reading'] as const)('the model notices when %s', async (fault) => {
  const work = { calls: [2, 2], rows: 0 } as const;
  await expect(everyInterleaving(() => begun(work, { ...SMALL, fault }))).rejects.toThrow(/calls never end/);
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('the model notices a core that gives no credit back', async () => {
  vi.spyOn(ReceiverCredit.prototype, 'started').mockReturnValue();
  const work = { calls: [2, 2], rows: 0 } as const;
  await expect(everyInterleaving(() => begun(work, SMALL))).rejects.toThrow(/calls never end/);
});

test('the model notices a core that sends more than its credit', async () => {
  vi.spyOn(SenderCredit.prototype, 'open', 'get').mockReturnValue(true);
  // The third call arrives while the reply to the first is unread, and the second waits for that: its receiver ends the session, and
  // sends END over a full connection.
  const work = { calls: [4, 0], rows: 0 } as const;
  await expect(everyInterleaving(() => begun(work, SMALL))).rejects.toThrow(
    'right writes although it was asked to wait',
  );
});
