import { collectGarbage } from '../fixtures/collect-garbage.ts';

/** The number of next names for which V8 has room after the same names. */
const NEXT_NAMES = 1_536;
/** V8 begins objects of `JSON.parse` and literals at a separate place for each number of members up to this. */
export const MAX_MEMBERS = 32;
const EACH = Array.from({ length: MAX_MEMBERS }, (_, index) => index + 1);
/** After this first name, there is no room for a second name either. */
export const USED_UP_NAME = 'a';

/**
 * Returns objects whose names use up V8's room for first names of objects with these numbers of members, and for names after
 * {@link USED_UP_NAME}. There is no room as long as these objects are kept.
 */
export function namesUsedUp(memberCounts: readonly number[] = EACH): readonly unknown[] {
  // Objects that nobody holds keep their places until they are collected.
  collectGarbage();
  const kept: unknown[] = [];
  for (const members of memberCounts) {
    for (let index = 0; index < NEXT_NAMES; index++) {
      kept.push(parsed([`own${index}`], members));
      if (members > 1) kept.push(parsed([USED_UP_NAME, `own${index}`], members));
    }
  }
  for (let index = 0; index < NEXT_NAMES; index++) {
    kept.push(grown([`own${index}`]), grown([USED_UP_NAME, `own${index}`]));
  }
  return kept;
}

/** Returns an object with these names and this many members. */
function parsed(names: readonly string[], members: number): unknown {
  const all = Array.from({ length: members }, (_, index) => names[index] ?? `member${index}`);
  return JSON.parse(`{${all.map((name) => `"${name}":0`).join(',')}}`);
}

/** Returns an object whose members were added to an empty one. */
function grown(names: readonly string[]): unknown {
  const object: Record<string, unknown> = {};
  for (const name of names) object[name] = 0;
  return object;
}
