import type { Place } from './place.ts';

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Longer keys are cut in error paths. */
const MAX_KEY_LENGTH = 80;

/**
 * The path to a member, for error messages, as a programmer would reach it from `$`, the value itself: `$.rows[3].socket`,
 * `$["odd key"]`; the value of a Map's entry `$.get("key")`, or `$.values()[2]` where the key is an object; a key of a Map
 * `$.keys()[2]`; a member of a Set `$.values()[2]`; data that travels in place of another value `$.failure<error>.cause`.
 */
export function pathTo(parent: Place, step: string | number): string {
  const steps: string[] = [];
  let place: Place | undefined = parent;
  let key = step;
  while (place?.parent !== undefined) {
    const row: Place | undefined = place.parent;
    if (place.origin === undefined && row.origin instanceof Map) {
      steps.push(entryStep(row.origin, Number(place.step), key));
      key = row.step;
      place = row.parent;
      continue;
    }
    steps.push(memberStep(place, key));
    key = place.step;
    place = place.parent;
  }
  return `$${steps.toReversed().join('')}`;
}

function memberStep(place: Place, key: string | number): string {
  const tag = place.tag === undefined ? '' : `<${place.tag}>`;
  if (place.tag !== undefined && place.origin === undefined) return tag;
  if (place.origin instanceof Set) return `${tag}.values()[${key}]`;
  if (typeof key === 'number') return `${tag}[${key}]`;
  return tag + (IDENTIFIER.test(key) && key.length <= MAX_KEY_LENGTH ? `.${key}` : `[${quoted(key)}]`);
}

function entryStep(map: ReadonlyMap<unknown, unknown>, row: number, half: string | number): string {
  if (half === 0) return `.keys()[${row}]`;
  const key = [...map.keys()][row];
  if (typeof key === 'string') return `.get(${quoted(key)})`;
  if (typeof key === 'number' || typeof key === 'boolean' || key === null) return `.get(${String(key)})`;
  return `.values()[${row}]`;
}

function quoted(key: string): string {
  return JSON.stringify(key.length <= MAX_KEY_LENGTH ? key : `${key.slice(0, MAX_KEY_LENGTH)}…`);
}
