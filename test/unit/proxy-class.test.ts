import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { BaseProxy } from '../../core/proxy/base-proxy.ts';
import { makeProxyWith, type ProxyClass } from '../../core/proxy/proxy-class.ts';
import type { Exposure } from '../../core/references/exposure.ts';
import { Share, type Reference } from '../../core/references/reference.ts';

/** Resolves each call to the number of its operation. */
function answering(exposure: Exposure): Reference {
  return {
    exposure,
    id: 1,
    instance: 'a'.repeat(32),
    address: undefined,
    call: (operation) => Promise.resolve(operation),
    copy: () => Promise.resolve(undefined),
    addProxy() {},
    dropProxy() {},
  };
}

function proxyOf(exposure: Exposure, base: ProxyClass = BaseProxy): object {
  return makeProxyWith(new Share(answering(exposure)), exposure, () => base);
}

/** Returns the names that the class of `proxy` has so far. */
function made(proxy: object): readonly string[] {
  return Object.getOwnPropertyNames(Object.getPrototypeOf(proxy)).filter((name) => name !== 'constructor');
}

const exposure = (): Exposure => ({ typeid: 'auto', methods: ['add', 'get'], properties: ['size'] });

test('H34 the members of a proxy are created at the first access, not when the proxy arrives', async () => {
  const proxy = proxyOf(exposure());
  expect(await Promise.resolve(proxy)).toBe(proxy);
  expect(proxy).toBeInstanceOf(BaseProxy);
  expect([inspect(proxy), JSON.stringify(proxy)].join()).toContain("'auto' object 1");
  expect([BaseProxy.isProxy(proxy), Object.keys(proxy)]).toEqual([true, []]);
  expect(made(proxy)).toEqual([]);
  expect(await Reflect.get(proxy, 'size')).toBe(2);
  expect(made(proxy)).toEqual(['add', 'get', 'size']);
  expect(Object.getPrototypeOf(Object.getPrototypeOf(proxy))).toBe(BaseProxy.prototype);
});

function assigned(proxy: object): unknown {
  try {
    return Reflect.set(proxy, 'get', 1);
  } catch (error) {
    return String(error);
  }
}

const USES: readonly (readonly [title: string, use: (proxy: object) => unknown, result: unknown])[] = [
  ['in', (proxy) => ['get' in proxy, 'put' in proxy, 'callMethod' in proxy], [true, false, true]],
  ['a call', (proxy) => Reflect.get(proxy, 'get')(), Promise.resolve(1)],
  ['a name that it does not show', (proxy) => Reflect.get(proxy, 'put'), undefined],
  ['an assignment', assigned, expect.stringContaining("setProperty(proxy, 'get'")],
  ['a mistyped assignment', (proxy) => Reflect.set(proxy, 'put', 1), false],
];

test.each(USES)('H34 the first use of a proxy behaves like any other: %s', async (_, use, result) => {
  const proxy = proxyOf(exposure());
  const [first, second] = [use(proxy), use(proxy)];
  expect(await first).toEqual(await result);
  expect(await second).toEqual(await result);
  expect(made(proxy)).toEqual(['add', 'get', 'size']);
});

test('U33 a custom class keeps its own members, even on the first use', async () => {
  class Custom extends BaseProxy {
    get(): string {
      return 'mine';
    }
  }
  const proxy = proxyOf(exposure(), Custom);
  expect(Reflect.get(proxy, 'get')()).toBe('mine');
  expect(await Reflect.get(proxy, 'add')()).toBe(0);
  expect(proxy).toBeInstanceOf(Custom);
});
