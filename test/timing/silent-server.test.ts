/** Servers that know the key and become silent before `connect` has its proxy. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Counter } from '#fixtures/counter.js';
import { ConnectionLostError, stats } from 'uactor';
import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../transports/ipc/address.ts';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';
import { NOTHING } from '../support/nothing.ts';
import { HELLO } from '../support/raw-messages.ts';
import { RawPeer, rawServer } from '../support/raw-peer.ts';
import { runProgram } from '../support/run-program.ts';

const KEY = 'the key that honest and hostile peers share';

const SILENCES: readonly (readonly [string, (peer: RawPeer) => void])[] = [
  ['does not greet', () => undefined],
  ['greets and does not say who its actor is', (peer) => peer.send(HELLO)],
];

const fresh = (): string => join(scratch, randomBytes(4).toString('hex'));

describe.each(SILENCES)('H11 F49 a server that %s', (_what, say) => {
  test('is given up by connect when its signal aborts, and nothing of it is left', async () => {
    const path = fresh();
    let peer: RawPeer | undefined;
    const controller = new AbortController();
    const reason = new RangeError('enough');
    await using server = await rawServer(path, Buffer.from(KEY), async (each) => {
      peer = each;
      say(each);
      await each.next('the greeting', () => true);
      controller.abort(reason);
    });
    const connecting = Counter.connect(formatAddress(path), { authkey: KEY, signal: controller.signal });
    expect(await failure(connecting)).toBe(reason);
    await peer?.hasClosed();
    await eventually(() => expect(stats()).toEqual(NOTHING));
    expect(server.failures).toEqual([]);
  });

  test('is given up by the command line in time', async () => {
    const path = fresh();
    await using server = await rawServer(path, Buffer.from(KEY), async (peer) => say(peer));
    const keyFile = fresh();
    writeFileSync(keyFile, KEY, { mode: 0o600 });
    const address = formatAddress(path);
    const run = await runProgram(['dist/cli/main.js', 'call', address, 'increment', '-k', keyFile, '-t', '500']);
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toBe(`error: TimeoutError: no actor answered at ${address} within 500 ms\n`);
    expect(server.failures).toEqual([]);
  });
});

test('F49 a signal that has aborted already sends nobody anything, and what is no signal is a TypeError', async () => {
  const path = fresh();
  const met: RawPeer[] = [];
  await using server = await rawServer(path, Buffer.from(KEY), async (peer) => void met.push(peer));
  const address = formatAddress(path);
  const signal = AbortSignal.abort(new RangeError('never mind'));
  expect(await failure(Counter.connect(address, { authkey: KEY, signal }))).toBe(signal.reason);
  expect(met).toEqual([]);
  expect(server.failures).toEqual([]);
  const wrong: object = { authkey: KEY, signal: 2_000 };
  const error = await failure(Counter.connect(address, wrong));
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ code: 'MISUSE', message: expect.stringContaining('AbortSignal.timeout(2_000)') });
});

test('H03 F49 a client or a server that proves itself and does not greet is let go after limits.handshakeMs', async () => {
  await using served = await Counter.with({ authkey: KEY, limits: { handshakeMs: 300 } }).spawn();
  const path = String(served.connectionAddress).slice('ipc://'.length);
  using client = await RawPeer.connect(path, Buffer.from(KEY));
  await client.hasClosed();
  const server = fresh();
  await using silent = await rawServer(server, Buffer.from(KEY), async () => undefined);
  const Quick = Counter.with({ limits: { handshakeMs: 300 } });
  const error = await failure(Quick.connect(formatAddress(server), { authkey: KEY }));
  expect(error).toBeInstanceOf(ConnectionLostError);
  expect(silent.failures).toEqual([]);
});
