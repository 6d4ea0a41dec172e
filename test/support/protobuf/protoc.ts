import { readFileSync } from 'node:fs';

/** Returns the bytes of `protoc` for the message of this title, in hexadecimal. */
export function protocHex(title: string): string {
  const made: unknown = JSON.parse(readFileSync(new URL('protoc.json', import.meta.url), 'utf8'));
  const found: unknown = Array.isArray(made) ? made.find((each) => each.title === title) : undefined;
  const hex: unknown = Reflect.get(Object(found), 'hex');
  if (typeof hex === 'string') return hex;
  throw new TypeError(`protoc.json has no ${title}`);
}
