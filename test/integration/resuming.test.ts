import { randomBytes } from 'node:crypto';
import { inspectActor, release, type Remote } from 'uactor';
import { line, Resuming } from '#fixtures/resuming.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';

/** This many failed attempts, one every 20 ms, take five times as long as a peer may be silent by `keepAlive`. */
const LONG = 50;

/** Runs `body` with an actor that is reached over the breaking connection. */
async function withResuming(body: (resuming: Remote<typeof Resuming>) => Promise<void>): Promise<void> {
  await using owned = await Resuming.spawn();
  const { addresses } = await inspectActor(owned);
  const address = addresses.find((each) => each.startsWith('resuming:')) ?? '';
  const resuming = await Resuming.connect(address, { ownConnection: true });
  try {
    await body(resuming);
  } finally {
    line.mend();
    release(resuming);
  }
}

async function breakForLong(): Promise<void> {
  const before = line.refused;
  line.break();
  await eventually(() => expect(line.refused).toBeGreaterThan(before + LONG));
}

test('U54 over a transport that comes back, calls under way and made during a long break are answered once, in order', async () => {
  await withResuming(async (resuming) => {
    const wanted: number[] = [];
    for (let round = 0; round < 3; round++) {
      const calls = [resuming.note(wanted.length), resuming.note(wanted.length + 1)];
      await breakForLong();
      calls.push(resuming.note(wanted.length + 2), resuming.note(wanted.length + 3));
      line.mend();
      const first = wanted.length;
      wanted.push(first, first + 1, first + 2, first + 3);
      expect(await Promise.all(calls)).toEqual([first + 1, first + 2, first + 3, first + 4]);
    }
    expect(await resuming.notes()).toEqual(wanted);
    expect(line.resumed).toBeGreaterThanOrEqual(3);
  });
});

test('U54 over a transport that comes back, large values and callbacks go on in the middle', async () => {
  await withResuming(async (resuming) => {
    const large = randomBytes(4 << 20);
    const before = line.resumed;
    line.breakAfter(1 << 20);
    const echoed = resuming.echo(large);
    await eventually(() => expect(line.broken).toBe(true));
    line.mend();
    expect(large.equals(await bytesOf(echoed))).toBe(true);
    const told: number[] = [];
    line.breakAfter(2_000);
    const telling = resuming.tell((value) => told.push(value), 200);
    await eventually(() => expect(line.broken).toBe(true));
    line.mend();
    await telling;
    expect(told).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(line.resumed).toBeGreaterThan(before + 1);
  });
});

async function bytesOf(value: Promise<unknown>): Promise<Uint8Array> {
  const bytes = await value;
  if (bytes instanceof Uint8Array) return bytes;
  throw new TypeError('these are no bytes');
}
