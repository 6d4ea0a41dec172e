import { scratch } from '../support/leaks.ts';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { inspectActor, release } from 'uactor';
import { Counter } from '#fixtures/counter.js';
import { Keeper } from '#fixtures/keeper.js';
import { expect, test } from 'vitest';
import { failure } from '../support/failure.ts';

const authkey = 'a key of more than sixteen bytes';

test('U68 a spawned actor listens at several addresses, one of them private', async () => {
  const socket = `ipc://${join(scratch, 'several.sock')}`;
  const Several = Counter.with({ authkey, inspectable: true, addresses: ['ipc://', socket, ['127.0.0.1', 0]] });
  await using counter = await Several.spawn();
  const nearby = await Several.connect(socket, { authkey });
  const { addresses } = await inspectActor(nearby);
  expect(addresses).toHaveLength(3);
  const [own = '', second, network = ''] = addresses;
  expect(own).toMatch(/^ipc:\/\/.*uactor-/);
  expect(second).toBe(socket);
  expect(network).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  for (const address of [own, network]) {
    using connected = await Several.connect(address, { authkey });
    await connected.increment();
  }
  expect(await counter.increment()).toBe(3);
  release(nearby);
});

test('U68 proxies of a spawned actor name what it advertises', async () => {
  const Advertised = Counter.with({
    authkey,
    inspectable: true,
    address: 'tcp://127.0.0.1:0',
    advertise: ['tcp://counter.example:7000'],
  });
  await using counter = await Advertised.spawn();
  expect(counter.connectionAddress).toBe('tcp://counter.example:7000');
});

test('U68 address and addresses replace each other, and do not go together', async () => {
  const One = Counter.with({ address: ['127.0.0.1', 0], authkey });
  await using counter = await One.with({ addresses: ['ipc://'] }).spawn();
  expect(counter.connectionAddress).toMatch(/^ipc:/);
  for (const make of [
    () => Counter.with({ address: 'ipc://', addresses: ['ipc://'] }),
    // @ts-expect-error -- that is what is tried
    () => Counter.with({ addresses: 'ipc://' }),
    // @ts-expect-error -- that is what is tried
    () => Counter.with({ advertise: [7] }),
  ]) {
    expect(await failure(Promise.resolve().then(make))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  }
});

test('U68 a first endpoint that answers nothing does not hold up a proxy that was handed over', async () => {
  // The server accepts connections and sends nothing, like a process that hangs.
  const taken: Socket[] = [];
  const mutePath = join(scratch, 'mute.sock');
  const mute = createServer((socket) => taken.push(socket)).listen(mutePath);
  await once(mute, 'listening');
  const alive = `ipc://${join(scratch, 'alive.sock')}`;
  await using keeper = await Keeper.spawn();
  const counter = await Counter.with({ address: alive, advertise: [`ipc://${mutePath}`, alive] }).spawn();
  const startedAt = performance.now();
  await keeper.keep(counter.increment);
  expect(await keeper.callKept(5)).toBe(5);
  // Without the second attempt, this would take `limits.handshakeMs`, 5 s.
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  await keeper.drop();
  await counter.shutdown();
  expect(taken.length).toBeGreaterThan(0);
  for (const socket of taken) socket.destroy();
  mute.close();
});
