/** Messages that are far smaller than their inflated content, sent by a peer without a line of the library. */
import { readFileSync } from 'node:fs';
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import type { Remote } from 'uactor';
import { afterEach, expect, test } from 'vitest';
import { InflatingTarget } from '#fixtures/target.js';
import { parseAddress } from '../../transports/ipc/address.ts';
import { foreignIdentity } from '../support/foreign-handshake.ts';
import { callMessage, HELLO, payload, RawKind, u32 } from '../support/raw-messages.ts';
import { RawPeer } from '../support/raw-peer.ts';

const KEY = 'the key that honest and hostile peers share';
const ECHO = 4;
const WAIT = 5;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const POLL = { timeout: 15_000 };

let target: Remote<typeof InflatingTarget>;
let peer: RawPeer;

afterEach(async () => {
  peer.destroy();
  await target.shutdown();
});

async function start(limits: Readonly<Record<string, number>>, concurrency?: number): Promise<void> {
  const options = { authkey: KEY, limits, inspectable: true, ...(concurrency !== undefined && { concurrency }) };
  target = await InflatingTarget.with(options).spawn();
  const path = parseAddress(String(target.connectionAddress));
  const serializer = 'superjson+deflate';
  peer = await RawPeer.connect(path, Buffer.from(KEY), { identity: foreignIdentity(), serializer });
  peer.send(HELLO, callMessage({ call: 0, target: 0, operation: 0 }));
  await peer.reply(0);
}

/** Returns a compressed message that states this inflated size. */
function stating(bytes: number, compressed: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(1), u32(bytes), compressed]);
}

function squeezed(value: unknown): Buffer {
  const bytes = payload(value);
  return stating(bytes.length, deflateSync(bytes));
}

/** Returns a zlib stream of one MB that inflates to one GiB of zeros. */
function bomb(): Buffer {
  const part = deflateRawSync(Buffer.alloc(64 * MIB), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([Buffer.of(0x78, 1), ...Array.from({ length: 16 }, () => part), Buffer.of(3, 0, 0, 0, 0, 0)]);
}

async function textOfReply(call: number): Promise<string> {
  return (await peer.reply(call)).body.toString('latin1', 6);
}

/** Returns the peak memory of the actor's process. */
async function peakBytes(): Promise<number> {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${await target.pid()}/status`, 'latin1'))?.[1]) * 1024;
}

/** Returns the figure from the report of the process, which the actor's other calls do not delay. */
async function bytesWaiting(): Promise<number> {
  peer.send(callMessage({ call: 1_000, target: 0, operation: 2 }));
  return Number(/"bytesWaiting":(\d+)/.exec(await textOfReply(1_000))?.[1]);
}

test('H67 a message of 1 MB that inflates to 1 GiB fails alone and takes no memory, whatever length it states', async () => {
  await start({});
  const before = await peakBytes();
  const compressed = bomb();
  expect(compressed.length).toBeLessThan(1.1 * MIB);
  const stated = [GIB, 2 ** 32 - 1, 257 * MIB, 16 * MIB, 1_000, 0];
  for (const [call, bytes] of stated.entries()) {
    peer.send(callMessage({ call, operation: ECHO, args: stating(bytes, compressed) }));
    const answer = await textOfReply(call);
    expect(answer).toContain('INVALID_PAYLOAD');
    expect(answer).toContain(bytes > 256 * MIB ? 'inflates to more bytes than allowed' : 'does not inflate to as many');
  }
  // Each message had about one MB, and some were inflated up to the 16 MiB that they stated.
  expect((await peakBytes()) - before).toBeLessThan(256 * MIB);
  peer.send(callMessage({ call: 20, operation: ECHO, args: squeezed([7]) }));
  expect((await peer.reply(20)).kind).toBe(RawKind.RESULT);
});

test('H33 H67 waiting calls count with their decompressed size: calls above the limit are rejected and do not run', async () => {
  await start({ maxBufferedBytes: MIB }, 1);
  peer.send(callMessage({ call: 1, operation: WAIT }));
  peer.send(callMessage({ call: 2, operation: ECHO, args: squeezed(['x'.repeat(600 * 1024)]) }));
  await expect.poll(bytesWaiting, POLL).toBeGreaterThan(600 * 1024);
  const message = callMessage({ call: 3, operation: ECHO, args: squeezed(['x'.repeat(100 * 1024)]) });
  expect(message.length).toBeLessThan(1_000);
  peer.send(message);
  const refused = await peer.reply(3);
  expect(refused.body.toString('latin1')).toContain('OVERLOADED');
  expect(refused.flags).toBe(0);
});
