/**
 * The steps of the paths in error messages, as a programmer would write them from `$`, the value itself: `$.rows[3].socket`,
 * `$["odd key"]`, `$.get("key")`, `$.keys()[2]`, `$.values()[2]`, `$.failure<error>.cause`.
 */
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** The maximum length of keys in error paths. */
const MAX_KEY_LENGTH = 80;

/** Returns the step to a member of an object or an item of an array, as a programmer writes it: `.rows`, `[3]`, `["odd key"]`. */
export function memberStep(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return IDENTIFIER.test(key) && key.length <= MAX_KEY_LENGTH ? `.${key}` : `[${quoted(key)}]`;
}

/** Returns the step to a key of a Map: `.keys()[2]`. */
export function keyStep(row: number): string {
  return `.keys()[${row}]`;
}

/** Returns the step to a value of a Map: `.get("key")`, or `.values()[2]` where the key is an object. */
export function entryStep(key: unknown, row: number): string {
  if (typeof key === 'string') return `.get(${quoted(key)})`;
  if (typeof key === 'number' || typeof key === 'boolean' || key === null) return `.get(${String(key)})`;
  return valueStep(row);
}

/** Returns the step to a member of a Set: `.values()[2]`. */
export function valueStep(row: number): string {
  return `.values()[${row}]`;
}

/** Returns the step into the data of an extension: `<error>`. */
export function extensionStep(tag: string): string {
  return `<${tag}>`;
}

function quoted(key: string): string {
  return JSON.stringify(key.length <= MAX_KEY_LENGTH ? key : `${key.slice(0, MAX_KEY_LENGTH)}…`);
}
