import { expect, test } from 'vitest';
import type { Connection, Receiver } from '../../core/seam/transport.ts';
import { dice as diceOf } from '../../scripts/dice.mjs';
import { dial } from '../../transports/nats/dialer.ts';
import { listen } from '../../transports/nats/listener.ts';
import { type Dice, type Harm, MemoryWorld } from '../support/memory-broker.ts';

const RUNS = 1_000;

/** One end of a run: writes its script, and checks that the other end's script arrives. */
class End implements Receiver {
  readonly connection: Connection;
  received = 0;
  wrong: string | undefined;
  readonly causes: (Error | undefined)[] = [];
  readonly #incoming: Buffer;
  readonly #outgoing: Buffer;
  #written = 0;
  #full = false;

  constructor(connection: Connection, outgoing: Buffer, incoming: Buffer) {
    this.connection = connection;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    connection.open(this);
  }

  data(chunk: Uint8Array): void {
    if (this.causes.length > 0) this.wrong ??= 'data after closed';
    const expected = this.#incoming.subarray(this.received, this.received + chunk.length);
    if (Buffer.compare(chunk, expected) !== 0) this.wrong ??= `the chunk at ${this.received} is another one`;
    this.received += chunk.length;
  }

  drained(): void {
    this.#full = false;
  }

  closed(cause?: Error): void {
    this.causes.push(cause);
  }

  get hasWritten(): boolean {
    return this.#written === this.#outgoing.length;
  }

  get hasReceived(): boolean {
    return this.received >= this.#incoming.length;
  }

  /** Writes up to `size` further bytes, if the connection accepts them. */
  write(size: number): void {
    if (this.#full || this.hasWritten) return;
    const bytes = this.#outgoing.subarray(this.#written, this.#written + size);
    this.#written += bytes.length;
    const middle = bytes.length >> 1;
    this.#full = !this.connection.write([bytes.subarray(0, middle), bytes.subarray(middle)]);
  }
}

const PATTERN: Buffer = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, at) => at * 31 + (at >> 8) * 7));

interface Run {
  readonly dice: Dice;
  readonly world: MemoryWorld;
  readonly client: End;
  readonly server: End;
}

/** Runs one script, which the seed determines completely. */
async function play(seed: number): Promise<void> {
  const dice = diceOf(seed);
  const harm: Harm = { lost: dice(60), doubled: dice(60), late: dice(60) };
  const world = new MemoryWorld(dice);
  const maxPayloadBytes = 400 + dice(2) * dice(4_000) + dice(2) * 70_000;
  // In half of the runs, the numbers wrap around.
  const firstNumber = dice(2) === 0 ? 0 : 2 ** 32 - 1 - dice(300);
  const settings = { maxPayloadBytes, firstNumber };
  const [here, there] = [world.link('here', settings), world.link('there', settings)];
  const accepted: Connection[] = [];
  const listener = await within(
    world,
    listen(there, 'nats://main/test/actor', (connection) => accepted.push(connection)),
  );
  world.harm = harm;
  const connection = await within(world, dial(here, 'nats://main/test/actor', new AbortController().signal));
  const [other] = accepted;
  if (other === undefined) throw new Error('nobody accepted');
  const most = dice(20) === 0 ? 90_000 : 5_000;
  const [up, down] = [PATTERN.subarray(0, dice(most)), PATTERN.subarray(7, 7 + dice(most))];
  const run: Run = { dice, world, client: new End(connection, up, down), server: new End(other, down, up) };
  await exchange(run, 1 + most / 8, here.broker, there.broker);
  await listener.close();
  // Waits for delayed messages and for lingering connections.
  await world.run(() => world.pending === 0);
  expect([here.holds, there.holds, here.peers.size, there.peers.size, world.subscriptions.size]).toEqual([
    0, 0, 0, 0, 0,
  ]);
}

/** Both ends write, read and pause while brokers fail and return; then one end closes the connection. */
async function exchange(
  { dice, world, client, server }: Run,
  mostBytes: number,
  ...brokers: { connected: boolean }[]
): Promise<void> {
  const sides = [client, server];
  let cuts = dice(4);
  while (!sides.every(({ hasWritten }) => hasWritten)) {
    for (const side of sides) {
      if (dice(4) === 0) side.connection.pause();
      if (dice(2) === 0) side.connection.resume();
      side.write(1 + dice(mostBytes));
    }
    const broker = cuts > 0 && dice(8) === 0 ? brokers[dice(2)] : undefined;
    if (broker !== undefined) {
      cuts--;
      broker.connected = false;
      world.after(1 + dice(1_000), () => {
        broker.connected = true;
      });
    }
    const until = world.now + dice(200);
    await world.run(() => world.now >= until || world.pending === 0);
  }
  for (const { connection } of sides) connection.resume();
  const isOver = (): boolean => sides.some(({ causes }) => causes.length > 0);
  // Half of the runs end while both directions still carry data: the end of one side ends both, after the written bytes.
  if (dice(2) === 0) await world.run(() => isOver() || sides.every(({ hasReceived }) => hasReceived));
  sides[dice(2)]?.connection.end();
  await world.run(() => client.causes.length > 0 && server.causes.length > 0);
  expect([client.wrong, server.wrong]).toEqual([undefined, undefined]);
  expect(sides.map(({ hasReceived }) => hasReceived)).toEqual([true, true]);
  expect([client.causes, server.causes]).toEqual([[undefined], [undefined]]);
}

async function within<T>(world: MemoryWorld, promise: Promise<T>): Promise<T> {
  let over = false;
  const settle = (): void => {
    over = true;
  };
  promise.then(settle, settle);
  await world.run(() => over);
  return await promise;
}

test(`U71 ${RUNS} seeded runs with lost, duplicated and late frames, cut connections and numbers that wrap deliver every byte correctly`, async () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    try {
      await play(seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});
