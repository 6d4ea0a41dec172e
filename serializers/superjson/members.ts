import { setMember } from '../../core/seam/codec/traversal.ts';
import { UNREADABLE } from '../../core/seam/codec/refusal.ts';
import { faults } from './faults.ts';
import { pathTo } from './path.ts';
import type { AnnotatedPosition } from './annotated-position.ts';

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
