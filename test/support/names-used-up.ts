/** V8 has room for so many next names after the same ones. */
const NEXT_NAMES = 1_536;
/** `JSON.parse` and literals begin objects of each number of members at a place of its own. */
const MAX_MEMBERS = 32;
/** As the first name this one leaves room for no second one either. */
export const USED_UP_NAME = 'a';

/**
 * Objects whose names take all the room that V8 has for first names of objects, and for those that follow {@link USED_UP_NAME}. It has none as
 * long as these are kept.
 */
export function namesUsedUp(): readonly unknown[] {
  const kept: unknown[] = [];
  for (let members = 1; members <= MAX_MEMBERS; members++) {
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

/** An object of these names and so many members. */
function parsed(names: readonly string[], members: number): unknown {
  const all = Array.from({ length: members }, (_, index) => names[index] ?? `member${index}`);
  return JSON.parse(`{${all.map((name) => `"${name}":0`).join(',')}}`);
}

/** An object that was empty at first. */
function grown(names: readonly string[]): unknown {
  const object: Record<string, unknown> = {};
  for (const name of names) object[name] = 0;
  return object;
}
