import type * as Crypto from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/**
 * Node's crypto module, with a memory for keys: the key pairs of a simulated process are the same in every world, and creating them
 * would take as long as most of the process's work.
 */
export function withRememberedKeys(crypto: typeof Crypto): typeof Crypto {
  return Object.assign(Object.create(crypto), {
    createPrivateKey: remembered(crypto.createPrivateKey),
    createPublicKey: remembered(crypto.createPublicKey),
  });
}

function remembered<Source>(make: (source: Source) => KeyObject): (source: Source) => KeyObject {
  const byText = new Map<string, KeyObject>();
  const byKey = new WeakMap<object, KeyObject>();
  return (source) => {
    const bytes: unknown = isObject(source) && 'key' in source ? source.key : undefined;
    if (bytes instanceof Uint8Array) {
      const text = Buffer.from(bytes).toString('latin1');
      const key = byText.get(text) ?? withRememberedText(make(source));
      byText.set(text, key);
      return key;
    }
    if (!isObject(source)) return make(source);
    const key = byKey.get(source) ?? withRememberedText(make(source));
    byKey.set(source, key);
    return key;
  };
}

/** The core exports each key in only one format. */
function withRememberedText(key: KeyObject): KeyObject {
  let text: unknown;
  const own: CallableFunction = key.export.bind(key);
  return Object.defineProperty(key, 'export', { value: (options: unknown) => (text ??= own(options)) });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
