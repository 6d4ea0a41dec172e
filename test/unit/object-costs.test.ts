import { expect, test } from 'vitest';
import { Budget, unsureBytes } from '../../core/seam/codec/budget.ts';
import { chargeText } from '../../serializers/superjson/budget.ts';
import { faults } from '../../serializers/superjson/format.ts';

const MAX_DEPTH = 100;
const extensions = { replace: () => undefined, revive: () => undefined };

/** Charges a text; `kept` is what has to be kept for `JSON.parse`, `undefined` if that must not read it. */
function charge(text: string): { kept: readonly unknown[] | undefined; charged: number } {
  let charged = 0;
  const budget = new Budget(
    { extensions, maxDepth: MAX_DEPTH, maxNodes: 1e9, charge: (bytes) => (charged += bytes) },
    faults,
  );
  budget.begin(text.length);
  const before = budget.bytesLeft;
  const kept = chargeText(text, MAX_DEPTH, budget);
  return { kept, charged: before - budget.bytesLeft };
}

function listOf(count: number, each: (index: number) => string): string {
  return `[${Array.from({ length: count }, (_, index) => each(index)).join(',')}]`;
}

/** Returns the text of objects that each have one of so many names. */
function oneOfNames(names: number): string {
  return listOf(70_000, (index) => `{"n${String(index % names).padStart(20, '0')}":0}`);
}

/** So many objects of one name may take more than half of what their message may, if V8 has no room for them. */
const OBJECTS = 150_000;

test('H85 objects for which there may be no room are charged as if there were none, when the message can afford it', () => {
  const names = listOf(1_000, (index) => `{"z${index % 10}":0}`);
  const text = `[${names},"${'x'.repeat(1_000_000)}"]`;
  const { kept, charged } = charge(text);
  expect(kept).toStrictEqual([]);
  expect(charged).toBeGreaterThan(1_000 * unsureBytes(1));
});

test('H85 the heaviest shapes of a text are tried out, and no more than 32', () => {
  // 3,000 light shapes come first.
  const few = listOf(OBJECTS, (index) => (index < 9_000 ? `{"a":0,"l${index % 900}":0}` : `{"h${index % 20}":0}`));
  const tried = charge(few).kept;
  expect(tried).toBeDefined();
  expect(tried?.length).toBeGreaterThan(0);
  expect(tried?.length).toBeLessThanOrEqual(2 * 20);
  expect(charge(listOf(OBJECTS, (index) => `{"m${index % 500}":0}`)).kept).toBeUndefined();
});

test('H85 objects with array indexes among their names are never tried out', () => {
  expect(charge(listOf(OBJECTS, () => '{"i":0,"padding":"some text","1":0}')).kept).toBeUndefined();
});

test('H85 objects whose names are long are not repeated for a trial', () => {
  const members = Array.from({ length: 120 }, (_, index) => `"${`n${index}_`.padEnd(40, 'x')}":0`).join(',');
  expect(charge(listOf(400, () => `{${members}}`)).kept).toBeUndefined();
});

test('H85 objects of more first names than V8 has room for are charged as dictionaries', () => {
  const [many, few] = [5_000, 900].map((names) => charge(oneOfNames(names)).charged);
  expect(many).toBeGreaterThan((few ?? 0) + 50_000 * 150);
});
