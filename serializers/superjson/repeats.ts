import { setMember } from '../../core/seam/codec/traversal.ts';
import type { AnnotatedPosition } from './annotated-position.ts';

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
