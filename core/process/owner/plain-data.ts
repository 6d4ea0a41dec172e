import { isPlainArray, isPlainObject } from '../../seam/codec/plain-object.ts';

/**
 * Finds a value that cannot be sent to another process as JSON, and returns its path; `undefined` if there is none. Bytes can be
 * sent.
 */
export function notPlain(value: unknown, path: string, above: readonly unknown[] = []): string | undefined {
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'string')
    return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (typeof value !== 'object') return `${path} is a ${typeof value}`;
  if (value instanceof Uint8Array) return undefined;
  if (above.includes(value)) return `${path} is part of itself`;
  if (!isPlainArray(value) && !isPlainObject(value)) return `${path} is an instance of a class`;
  for (const [name, member] of Object.entries(value)) {
    const wrong = notPlain(member, `${path}.${name}`, [...above, value]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
