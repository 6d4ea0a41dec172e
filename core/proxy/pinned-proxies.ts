import { types } from 'node:util';
import type { Share } from '../references/reference.ts';
import { shareOf } from './callable.ts';

/**
 * Holds the proxies and remote functions in a value that waits to be sent, so that releasing them meanwhile changes nothing
 * about what is sent. It looks at own data properties, elements and entries, as a serializer does, and runs no code of the
 * value's; what only such code would give (a getter, a `toJSON`) is held by whoever has it.
 *
 * @returns what releases them; `undefined` when there are none
 */
export function pinProxies(value: unknown): (() => void) | undefined {
  const shares = sharesIn(value);
  if (shares.length === 0) return undefined;
  for (const share of shares) share.pin();
  return () => {
    for (const share of shares) share.unpin();
  };
}

/** Has this process's references to the proxies and remote functions in a value end when the value has been sent. */
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
  // A set is gone through in the order of insertion, what is added on the way included.
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
  // Not enumerable, and sent all the same.
  if (types.isNativeError(value)) add(Object.getOwnPropertyDescriptor(value, 'cause')?.value);
}

function isComposite(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
