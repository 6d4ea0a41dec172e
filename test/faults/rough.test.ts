import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { OverRough, rough } from '#fixtures/rough.js';
import { ConnectionLostError, release, type Remote, UActorError } from 'uactor';
import { transportConformance } from 'uactor/conformance';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';

/** Returns a new address of the transport. */
const address = (): string => `rough://${join(scratch, `${randomBytes(4).toString('hex')}.sock`)}`;

/** Makes calls of many kinds at the same time, and returns their outcomes. */
async function tumult(client: Remote<typeof OverRough>): Promise<readonly unknown[]> {
  const uses = [
    client.mark(),
    client.echo({ some: 'value', bytes: new Uint8Array(300) }),
    client.callback(async (value) => value + 1, 1),
    client.leaf().then(async (leaf) => {
      const value = await leaf.value();
      release(leaf);
      return value;
    }),
    client.later(5),
    client.mark(),
  ];
  const outcomes = await Promise.allSettled(uses);
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? undefined : outcome.reason));
}

describe.each([
  ['in odd pieces', {}],
  ['in odd pieces, later', { delayMs: 5 }],
] as const)('U56 over a transport whose bytes arrive %s', (_how, options) => {
  transportConformance({ describe, expect, test }, { transport: rough, options });

  const Rough = OverRough.with({ transport: { rough: options } });

  test('U29 U30 U43 calls, callbacks, iterators and forwarded proxies work between spawned actors', async () => {
    await using one = await Rough.with({ address: address() }).spawn();
    await using other = await Rough.with({ address: address() }).spawn();
    const client = await Rough.connect(one.connectionAddress ?? '', { ownConnection: true });
    expect(client.connectionAddress).toMatch(/^rough:/);
    expect(await client.mark()).toBe(1);
    expect(await client.callback(async (value) => value * 2, 21)).toBe(42);
    const bytes = randomBytes(1_000_000).toString('hex');
    expect(await client.echo(bytes)).toBe(bytes);
    let sum = 0;
    for await (const number of await client.count(1_000)) sum += number;
    expect(sum).toBe(500_500);
    // From one actor to the other, over this transport, with a ticket.
    expect(await one.markAt(other)).toBe(1);
    expect(await client.markAt(other)).toBe(2);
    expect(await other.marks()).toBe(2);
    release(client);
  });

  test('U36 releases arrive after the uses', async () => {
    await using actor = await Rough.with({ address: address() }).spawn();
    const client = await Rough.connect(actor.connectionAddress ?? '', { ownConnection: true });
    for (let round = 0; round < 20; round++) {
      const leaf = await client.leaf();
      const value = leaf.value();
      release(leaf);
      expect(await value).toBe(round);
    }
    release(client);
    await eventually(async () => expect(await actor.liveLeaves()).toBe(0));
  });
});

describe('F04 over a connection that breaks again and again', () => {
  test('F04 F25 every call settles once, none runs twice, and nothing remains, wherever it breaks', async () => {
    await using actor = await OverRough.with({ address: address(), stdio: 'ignore' }).spawn();
    let marks = 0;
    let lost = 0;
    let unsure = 0;
    for (let cutAfterBytes = 350; cutAfterBytes < 2_500; cutAfterBytes += 71) {
      const connecting = OverRough.connect(actor.connectionAddress ?? '', {
        ownConnection: true,
        transport: { rough: { cutAfterBytes } },
      });
      const client = await connecting.catch((error: unknown) => {
        expect(error, `cut after ${cutAfterBytes} bytes`).toBeInstanceOf(UActorError);
      });
      if (client === undefined) continue;
      const errors = await tumult(client);
      for (const [index, error] of errors.entries()) {
        const isMark = index === 0 || index === 5;
        if (error === undefined) {
          if (isMark) marks++;
          continue;
        }
        lost++;
        expect(error).toBeInstanceOf(ConnectionLostError);
        if (isMark && error instanceof ConnectionLostError && error.executed === 'maybe') unsure++;
      }
      release(client);
    }
    expect(lost).toBeGreaterThan(0);
    expect(marks).toBeGreaterThan(0);
    const ran = await actor.marks();
    expect(ran).toBeGreaterThanOrEqual(marks);
    expect(ran).toBeLessThanOrEqual(marks + unsure);
    // The actor releases the callbacks when it collects them.
    await eventually(async () => {
      expect(await actor.liveLeaves()).toBe(0);
      expect(await actor.stats()).toMatchObject({ sessions: 1 });
    });
  });

  test('F04 a large result that is cut at its end is lost, and the actor replies to the next call', async () => {
    await using actor = await OverRough.with({ address: address(), stdio: 'ignore' }).spawn();
    const client = await OverRough.connect(actor.connectionAddress ?? '', {
      ownConnection: true,
      transport: { rough: { cutAfterBytes: 1_000_000 } },
    });
    const error = await failure(client.bytes(2_000_000));
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ executed: 'maybe' });
    expect(await client.bytes(10_000)).toHaveLength(10_000);
    release(client);
  });
});
