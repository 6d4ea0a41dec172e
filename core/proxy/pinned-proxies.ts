import { types } from 'node:util';
import type { Share } from '../references/reference.ts';
import { shareOf } from './base-proxy.ts';

/**
 * Holds the proxies and remote functions in a value that waits to be sent, so that releasing them meanwhile does not change what
 * is sent. It reads own data properties, elements and entries, like a serializer, and runs no code of the value. It does not hold
 * proxies that only such code returns (a getter, a `toJSON`).
 *
 * @returns a function that releases them; `undefined` when there are none
 */
export function pinProxies(value: unknown): (() => void) | undefined {
  const shares = sharesIn(value);
  if (shares.length === 0) return undefined;
  for (const share of shares) share.pin();
  return () => {
    for (const share of shares) share.unpin();
  };
}

/** Releases this process's references to the proxies and remote functions in a value when the value has been sent. */
export function endWhenSent(value: unknown): void {
  for (const share of sharesIn(value)) share.endWhenSent();
}

function sharesIn(value: unknown): readonly Share[] {
  if (!isComposite(value)) return [];
  const shares: Share[] = [];
  const met = new Set<object>([value]);
  const add = (next: unknown): void => {
    if (isComposite(next)) met.add(next);
  };
  // A set is iterated in the order of insertion, including entries that are added meanwhile.
  for (const next of met) {
    const share = shareOf(next, 'all');
    if (share === undefined) visit(next, add);
    else shares.push(share);
  }
  return shares;
}

function visit(value: object, add: (member: unknown) => void): void {
  if (typeof value !== 'object' || types.isArrayBufferView(value)) return;
  if (types.isMap(value)) {
    Map.prototype.forEach.call(value, (member: unknown, key: unknown) => {
      add(key);
      add(member);
    });
  } else if (types.isSet(value)) {
    Set.prototype.forEach.call(value, add);
  }
  if (types.isProxy(value)) return;
  if (Array.isArray(value)) for (const member of Array.prototype.values.call(value)) add(member);
  else for (const key of Object.keys(value)) add(Object.getOwnPropertyDescriptor(value, key)?.value);
  // Not enumerable, but sent all the same.
  if (types.isNativeError(value)) add(Object.getOwnPropertyDescriptor(value, 'cause')?.value);
}

function isComposite(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
