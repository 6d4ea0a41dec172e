import { expect, test } from 'vitest';
import { ShapeTrial } from '../../serializers/superjson/object-costs.ts';
import { haveSameHiddenClass } from '../support/hidden-classes.ts';
import { namesUsedUp } from '../support/names-used-up.ts';

/** Returns the text of an object with these names. */
function objectOf(...names: readonly string[]): string {
  return `{${names.map((name) => `"${name}":0`).join(',')}}`;
}

function namesOf(count: number, prefix: string): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** A trial in a process that has made some already: the first ones allocate more than their objects. */
function warmTrial(): ShapeTrial {
  for (let round = 0; round < 3; round++) new ShapeTrial().hasRoom(objectOf('warm'), 1);
  return new ShapeTrial();
}

/**
 * Returns the text of an object for whose names there is room, which the process does not know before. A trial during which garbage is
 * collected finds none, so that others follow.
 */
function withRoom(trial: ShapeTrial, count: number): string | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const text = objectOf(...namesOf(count, `a fresh name of ${count} in attempt ${attempt}, number `));
    if (trial.hasRoom(text, count)) return text;
  }
  return undefined;
}

test('H85 there is room for names that the process does not know yet, for as long as the trial is kept', () => {
  const trial = warmTrial();
  const texts = [1, 2, 8, 9, 60, 127].map((count) => withRoom(trial, count));
  expect(texts).not.toContain(undefined);
  const kept = trial.examples.flat().filter((each): each is object => typeof each === 'object' && each !== null);
  for (const text of texts) {
    const parsed: unknown = JSON.parse(text ?? '');
    expect(kept.some((each) => haveSameHiddenClass(each, Object(parsed)))).toBe(true);
  }
});

test('H85 an object of many names is repeated a few times only', () => {
  const trial = warmTrial();
  expect(withRoom(trial, 100)).toBeDefined();
  expect(trial.examples.flat().length).toBeLessThanOrEqual(8);
});

test('H85 a trial finds no room where the process has used it up, even when garbage is collected meanwhile', () => {
  const trial = warmTrial();
  const own = namesUsedUp([1, 30]);
  const found = (count: number, trials: number): number => {
    const rest = namesOf(count - 1, 'm');
    return Array.from({ length: trials }, (_, index) =>
      trial.hasRoom(objectOf(`other${index % 60}`, ...rest), count),
    ).filter(Boolean).length;
  };
  // A collection can make the memory look right once in thousands of trials.
  expect(found(1, 10_000)).toBeLessThan(20);
  expect(found(30, 3_000)).toBeLessThan(5);
  expect(own.length).toBeGreaterThan(0);
});
