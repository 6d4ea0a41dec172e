import { isDeepStrictEqual } from 'node:util';
import { shareOf } from '../proxy/base-proxy.ts';
import type { Share } from '../references/reference.ts';
import { isPlainObject } from './own-members.ts';

/**
 * Whether two values are equal for a caller that has copies of them. Primitive values are compared like keys of a `Map`, proxies
 * and remote functions by their objects, and everything else by contents, because an object received from another process is
 * never identical with a local one.
 */
export function sameContents(a: unknown, b: unknown, met: Map<unknown, unknown> = new Map()): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isCopied(a) || !isCopied(b)) return false;
  const [one, other] = [shareOf(a), shareOf(b)];
  if (one || other) return sameShare(one, other);
  // The pair is already being compared: a cycle.
  if (met.get(a) === b) return true;
  met.set(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return sameElements(a, b, met);
  if (isPlainObject(a) && isPlainObject(b)) return sameMembers(a, b, met);
  if (a instanceof Map && b instanceof Map) return sameEntries(a, b, met);
  return isDeepStrictEqual(a, b);
}

function isCopied(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function sameElements(a: readonly unknown[], b: readonly unknown[], met: Map<unknown, unknown>): boolean {
  return a.length === b.length && a.every((value, index) => sameContents(value, b[index], met));
}

function sameMembers(a: object, b: object, met: Map<unknown, unknown>): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameContents(Reflect.get(a, name), Reflect.get(b, name), met))
  );
}

function sameEntries(
  a: ReadonlyMap<unknown, unknown>,
  b: ReadonlyMap<unknown, unknown>,
  met: Map<unknown, unknown>,
): boolean {
  // Keys that are objects can only be matched by trying all of them, which Node does.
  if ([...a.keys()].some(isCopied)) return isDeepStrictEqual(a, b);
  return a.size === b.size && [...a].every(([key, value]) => b.has(key) && sameContents(value, b.get(key), met));
}

function sameShare(one: Share | undefined, other: Share | undefined): boolean {
  const [a, b] = [one?.reference, other?.reference];
  return a !== undefined && b !== undefined && a.instance === b.instance && a.id === b.id;
}
