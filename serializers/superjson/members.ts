import { UNREADABLE } from '../../core/seam/codec/refusal.ts';
import { setMember } from '../../core/seam/codec/traversal.ts';
import { type AnnotatedPosition, pathTo } from './annotated-position.ts';
import { faults } from './format.ts';

/**
 * Reads a member of a container.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE`, with the path and the cause, when its getter throws.
 */
export function read(container: object, key: string | number, place: AnnotatedPosition): unknown {
  try {
    return Reflect.get(container, key);
  } catch (cause) {
    throw faults.unserializable(UNREADABLE, pathTo(place, key), cause);
  }
}

/**
 * Returns the keys of an object.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE`, with the path and the cause, when it is a Proxy whose trap throws.
 */
export function keysOf(value: object, place: AnnotatedPosition): readonly string[] {
  try {
    return Object.keys(value);
  } catch (cause) {
    throw faults.unserializable(
      'an object whose keys cannot be read',
      pathTo(place.parent ?? place, place.step),
      cause,
    );
  }
}

/** Copies the first items of an array, none of which was replaced. */
export function itemsOf(items: readonly unknown[], count: number, place: AnnotatedPosition): unknown[] {
  const copy: unknown[] = [];
  for (let index = 0; index < count; index++) copy.push(read(items, index, place));
  return copy;
}

/** Copies the first members of an object, none of which was replaced. */
export function membersOf(
  value: object,
  keys: readonly string[],
  count: number,
  place: AnnotatedPosition,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (let index = 0; index < count; index++) {
    const key = keys[index] ?? '';
    setMember(copy, key, read(value, key, place));
  }
  return copy;
}

/** Copies `json`, with each of the `repeated` objects only at its first position and null at the others. */
export function withoutRepeats(json: unknown, repeated: readonly AnnotatedPosition[]): unknown {
  const shared = new Set<unknown>();
  for (const { json: value } of repeated) {
    if (typeof value === 'object' && value !== null) shared.add(value);
  }
  const met = new Set<unknown>();
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (shared.has(value)) {
      if (met.has(value)) return null;
      met.add(value);
    }
    if (Array.isArray(value)) {
      const items: readonly unknown[] = value;
      return items.map(copy);
    }
    const record: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) setMember(record, key, copy(member));
    return record;
  };
  return copy(json);
}
