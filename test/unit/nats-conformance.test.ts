import { describe, expect, test } from 'vitest';
import type { Transport } from '../../core/seam/transport.ts';
import { dice } from '../../scripts/dice.mjs';
import { dial } from '../../transports/nats/dialer.ts';
import { listen } from '../../transports/nats/listener.ts';
import { securedByClient, securedByListener } from '../../transports/nats/secured-connection.ts';
import { Side } from '../conformance/transport-pair.ts';
import { transportConformance } from '../conformance/transport-suite.ts';
import { failure } from '../support/failure.ts';
import { RealTimeWorld } from '../support/memory-broker.ts';

/** The transport over a broker in memory; `npm run test:cluster` uses real brokers. */
const link = new RealTimeWorld(dice(1)).link('this process');
const plain: Transport = {
  scheme: 'nats',
  listen: async (address, accept) => await listen(link, address, accept),
  connect: async (address, { signal }) => await dial(link, address, signal),
};
const secured: Transport = {
  scheme: 'nats',
  listen: async (address, accept, { authkey }) =>
    await listen(link, address, (connection) => accept(securedByListener(connection, authkey()))),
  connect: async (address, { signal, authkey }) =>
    await securedByClient(await dial(link, address, signal), authkey(), address, signal),
};

let number = 0;
const address = (): string => `nats://memory/conformance/${++number}`;
transportConformance({ describe, expect, test }, { transport: plain, address });
describe('with TLS from process to process', () => {
  transportConformance({ describe, expect, test }, { transport: secured, address });
});

test('U52 H82 a different key ends the TLS handshake with an error at both ends', async () => {
  const sides: Side[] = [];
  const listener = await listen(link, address(), (connection) => {
    const side = new Side(securedByListener(connection, new Uint8Array(32).fill(1)));
    side.connection.write([Buffer.from('not for everybody')]);
    sides.push(side);
  });
  const { signal } = new AbortController();
  const connection = await dial(link, listener.address, signal);
  const error = await failure(securedByClient(connection, new Uint8Array(32).fill(2), listener.address, signal));
  expect(error).toMatchObject({ name: 'AuthkeyError', address: listener.address });
  await expect
    .poll(() => sides.map(({ causes }) => causes), { timeout: 15_000 })
    .toMatchObject([[{ name: 'TransportError', message: expect.stringContaining('it has another authkey') }]]);
  await listener.close();
});

test('every connection stops keeping the process alive at its end', async () => {
  await expect.poll(() => [link.holds, link.peers.size], { timeout: 15_000 }).toEqual([0, 0]);
});
