import { getHeapStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { Budget, grantedBytes, MessageAllowance, missingBytes, UNSURE_BYTES } from '../../core/seam/codec/budget.ts';
import { CodecFaults } from '../../core/seam/codec/codec-faults.ts';
import {
  bigintFrom,
  patternFrom,
  sendableBigint,
  sendableBytes,
  sendablePattern,
  sendableUrl,
  urlFrom,
} from '../../core/seam/codec/leaf-values.ts';
import {
  Meetings,
  Nesting,
  makeSparse,
  sparseBytes,
  isTag,
  revive,
  RevivalFailure,
} from '../../core/seam/codec/traversal.ts';
import { Refusal } from '../../core/seam/codec/refusal.ts';
import type { CodecContext, Extensions } from '../../core/seam/serializer.ts';
import { heapBytes } from '../support/heap-bytes.ts';

const MIB = 1024 * 1024;
const faults = new CodecFaults('sample');
const extensions: Extensions = { replace: () => undefined, revive: ({ data }) => data };

function budgetOf(context: Partial<CodecContext> = {}): Budget {
  return new Budget({ extensions, maxDepth: 10, maxNodes: 1_000_000, ...context }, faults);
}

test('an object gets the next number at its first occurrence, and the same number at each later one', () => {
  for (const count of [3, 16, 17, 1_000]) {
    const meetings = new Meetings();
    const objects = Array.from({ length: count }, () => ({}));
    for (let round = 0; round < 2; round++) {
      for (const object of objects) expect(meetings.note(object)).toBe(-1);
      expect(objects.map((object) => meetings.note(object))).toStrictEqual(objects.map((_, number) => number));
      // Objects after the first repetition are numbered as well.
      const late = {};
      expect([meetings.note(late), meetings.note(late), meetings.count]).toStrictEqual([-1, count, count + 1]);
      meetings.forget();
      expect(meetings.count).toBe(0);
    }
  }
});

test('H85 a message may use sixteen times its bytes and an allowance of at most 8 MiB, whatever the heap size', () => {
  const allowance = new MessageAllowance();
  allowance.begin(1_000);
  expect(() => allowance.charge(MIB)).not.toThrow();
  expect(() => allowance.charge(16_000)).not.toThrow();
  expect(() => allowance.charge(8 * MIB)).toThrow(/more memory or time.*in pieces/);
  allowance.begin(2 * MIB);
  expect(() => allowance.charge(32 * MIB)).not.toThrow();
});

test('H85 a dense message that its sender pads is never rejected', () => {
  const allowance = new MessageAllowance();
  for (const kept of [0, MIB, 2 * MIB, 50 * MIB, 50 * MIB + 1]) {
    for (const bytes of [1, 100_000, 4 * MIB]) {
      const missing = missingBytes(bytes, kept);
      allowance.begin(bytes + missing);
      expect(() => allowance.charge(kept)).not.toThrow();
      // A message that is long enough gets no padding.
      if (kept <= bytes * 16) expect(missing).toBe(0);
    }
  }
});

test('H53 a budget is exact to the last value', () => {
  const budget = budgetOf({ maxNodes: 3 });
  for (let message = 0; message < 2; message++) {
    budget.begin(10);
    budget.spend(3, 0);
    expect(() => budget.spend(1, 0)).toThrow('limits.maxNodes');
  }
});

test('H85 a budget charges the session in portions if there is one, and otherwise its own allowance', () => {
  let charged = 0;
  const budget = budgetOf({ charge: (bytes) => (charged += bytes) });
  budget.begin(10);
  for (let round = 0; round < 1_000; round++) budget.spend(1, 1_000);
  expect(charged).toBeGreaterThan(900_000);
  expect(charged).toBeLessThanOrEqual(1_000_000);
  const own = budgetOf();
  own.begin(10);
  expect(() => {
    for (let round = 0; round < 10_000; round++) own.spend(1, 1_000);
  }).toThrow(/more memory or time/);
});

test('H85 a message may keep half of the heap at most, together with its text', () => {
  const half = getHeapStatistics().heap_size_limit / 2;
  for (const bytes of [half / 16, half, 4 * half]) expect(grantedBytes(bytes)).toBeLessThanOrEqual(half);
  expect(grantedBytes(half / 32)).toBeGreaterThan(half / 4);
});

test('H85 a budget knows what is left, also after portions have been charged', () => {
  const budget = budgetOf({ charge: () => {} });
  for (let message = 0; message < 2; message++) {
    budget.begin(MIB);
    const granted = budget.bytesLeft;
    expect(granted).toBe(grantedBytes(MIB));
    for (let round = 1; round <= 300; round++) {
      budget.spend(1, 10_007);
      expect(budget.bytesLeft).toBe(granted - round * 10_007);
    }
  }
});

test('H85 what may or may not take memory is charged, and has a bound for each message', () => {
  const part = 50_000;
  let charged = 0;
  const budget = budgetOf({ charge: (bytes) => (charged += bytes) });
  for (let message = 0; message < 2; message++) {
    charged = 0;
    budget.begin(MIB);
    const before = budget.bytesLeft;
    let parts = 0;
    while (parts < 1_000 && budget.spendUnsure(part)) parts++;
    expect(parts).toBe(Math.floor(UNSURE_BYTES / part));
    expect(before - budget.bytesLeft).toBe(parts * part);
    expect(charged).toBeGreaterThan((parts - 2) * part);
  }
});

test('H85 an array of holes is charged the memory that the engine reserves for its length', () => {
  for (const length of [0, 100, 1_024, 1_025, 4_294_967_295]) {
    const before = heapBytes();
    const arrays = Array.from({ length: 200 }, () => {
      const items: unknown[] = [];
      makeSparse(items, length);
      return items;
    });
    expect(heapBytes() - before).toBeLessThan(arrays.length * sparseBytes(length) + 500_000);
    expect(arrays).toHaveLength(200);
  }
});

test('a container is outside an extension or inside it', () => {
  const nesting = new Nesting();
  const [outer, inner] = [{}, {}];
  nesting.enter(outer, 0);
  expect(nesting.closesCircle(outer)).toBe(false);
  const before = nesting.enterExtension(1);
  nesting.enter(inner, 2);
  expect([nesting.closesCircle(outer), nesting.closesCircle(inner)]).toStrictEqual([true, false]);
  nesting.leaveExtension(before);
  expect(nesting.closesCircle(outer)).toBe(false);
});

test('H64 invalid and too large leaves are told apart from valid ones', () => {
  expect(urlFrom('http://h/')).toStrictEqual(new URL('http://h/'));
  expect([urlFrom('x'), urlFrom(`http://h/${'x'.repeat(70_000)}`)]).toStrictEqual([undefined, undefined]);
  expect(patternFrom('a', 'g')).toStrictEqual(/a/g);
  expect([patternFrom('(', ''), patternFrom('a', 'zz'), patternFrom('a'.repeat(40_000), '')]).toStrictEqual(
    Array.from({ length: 3 }),
  );
  expect([bigintFrom(Uint8Array.of(1, 0)), bigintFrom(Uint8Array.of())]).toStrictEqual([256n, 0n]);
  expect(bigintFrom(new Uint8Array(20_769))).toBeUndefined();
  expect(sendableBigint(-(10n ** 50_000n))).toBe(-(10n ** 50_000n));
  expect(() => sendableBigint(10n ** 50_020n)).toThrow(Refusal);
  expect(sendablePattern(/a/g)).toStrictEqual({ source: 'a', flags: 'g' });
  expect(() => sendablePattern(new RegExp('a'.repeat(40_000)))).toThrow(Refusal);
  expect(sendableUrl(new URL('http://h/'))).toBe('http://h/');
  expect(() => sendableUrl(new URL(`http://h/${'x'.repeat(70_000)}`))).toThrow(Refusal);
  expect(sendableBytes(new Uint16Array([1, 2]).subarray(1))).toStrictEqual(Uint8Array.of(2, 0));
  expect(() => sendableBytes(Object.create(ArrayBuffer.prototype))).toThrow(Refusal);
});

test('a thrown value that is not an error is the cause of an error that names the path', () => {
  const refused = Refusal.from('a text').within('.list').toError(faults);
  expect(refused).toMatchObject({ name: 'SerializerError', path: '$.list', cause: 'a text' });
});

test('an error of a revived extension differs from an error of the codec', () => {
  const cause = new TypeError('not here');
  const refusing: Extensions = {
    ...extensions,
    revive: () => {
      throw cause;
    },
  };
  expect(revive(extensions, 'box', 5)).toBe(5);
  expect(() => revive(refusing, 'box', 5)).toThrow(RevivalFailure);
  try {
    revive(refusing, 'box', 5);
  } catch (error) {
    expect(error).toMatchObject({ cause });
  }
  expect(['box', '', 'x'.repeat(129), 5].map(isTag)).toStrictEqual([true, false, false, false]);
});
