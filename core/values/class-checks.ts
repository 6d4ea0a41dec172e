import { CARRIED_CLASSES } from '../seam/codec/carried-classes.ts';
import { misuse } from '../seam/errors.ts';

/** What a registered class may be called. */
export const CLASS_NAME: RegExp = /^[\p{L}\p{N}_$.:/@-]{1,120}$/u;

/** What codecs have forms for, or never ask for, besides {@link CARRIED_CLASSES}. */
const COVERED: readonly unknown[] = [Object, Function, Array, Promise];

/** Whether no serializer would ever ask for a replacement of the class's instances. */
export function isCarried(cls: unknown): boolean {
  return COVERED.includes(cls) || (typeof cls === 'function' && CARRIED_CLASSES.has(cls.prototype));
}

/** Whether the class comes with the language or with Node.js. */
export function isNative(cls: object): boolean {
  return Function.prototype.toString.call(cls).includes('[native code]') || cls === DOMException;
}

/** @throws TypeError `MISUSE` when `cls` is no class. */
export function checkClass(caller: string, cls: unknown): { readonly prototype: object } {
  if (typeof cls === 'function') {
    const prototype: unknown = cls.prototype;
    if (typeof prototype === 'object' && prototype !== null) return { prototype };
  }
  throw misuse(`${caller}: the first argument must be a class, not ${cls === null ? 'null' : `a ${typeof cls}`}`);
}

/** @throws TypeError `MISUSE` when the name is not a legal one. */
export function checkName(caller: string, cls: { readonly name: string }, name: unknown): string {
  if (typeof name === 'string' && CLASS_NAME.test(name)) return name;
  const rule = 'a name of 1 to 120 letters, digits and _ $ . : / @ -';
  throw misuse(`${caller}: ${cls.name || 'the class'} needs ${rule}; pass it as { name: '…' }`);
}

/** @throws TypeError `MISUSE` when the name has another class, or the class another name. */
export function checkFree(caller: string, name: string, cls: string, found: unknown, expected: unknown): void {
  if (found === undefined || found === expected) return;
  if (typeof found === 'string')
    throw misuse(`${caller}: ${cls} is registered as '${found}' already; use one name for it`);
  throw misuse(`${caller}: the name '${name}' belongs to another class already; pass another one as { name: '…' }`);
}
