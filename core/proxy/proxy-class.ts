import { type Exposure, FUNCTION_EXPOSURE, isShowable, readOperation } from '../references/exposure.ts';
import { type Reference, Share } from '../references/reference.ts';
import {
  BaseProxy,
  bindMethod,
  calledBy,
  defineBound,
  defineMethod,
  defineProperty,
  makeCallable,
  type RemoteFunction,
} from './base-proxy.ts';

/** A class of proxies. */
export type ProxyClass = new (share: Share) => BaseProxy;

/** Returns the class that a typeid's proxies extend. */
export type ProxyClassOf = (typeid: string) => ProxyClass;

/** Generated classes, by the class that they extend and their exposure. */
const generated = new WeakMap<ProxyClass, WeakMap<Exposure, ProxyClass>>();

/** Creates the local form of the object of `reference`: a function for a function, a proxy for everything else. */
export function makeProxy(reference: Reference, classOf: ProxyClassOf): object {
  return makeProxyWith(new Share(reference), reference.exposure, classOf);
}

/** Like {@link makeProxy}, for a share whose reference may still change. */
export function makeProxyWith(share: Share, exposure: Exposure, classOf: ProxyClassOf): object {
  if (exposure.typeid === FUNCTION_EXPOSURE.typeid) return makeCallable(share);
  const proxyClass = proxyClassFor(classOf(exposure.typeid), exposure);
  return new proxyClass(share);
}

/**
 * Returns the class of proxies with this exposure that extends `base`. It is generated once and is an ordinary class, so engines
 * optimise it and debuggers show it. Members of `base` take precedence. Exposed members are added on first use: a peer can
 * describe a million of them in a few messages.
 */
function proxyClassFor(base: ProxyClass, exposure: Exposure): ProxyClass {
  let classes = generated.get(base);
  if (classes === undefined) {
    classes = new WeakMap();
    generated.set(base, classes);
  }
  let proxyClass = classes.get(exposure);
  if (proxyClass === undefined) {
    proxyClass = generate(base, exposure);
    classes.set(exposure, proxyClass);
  }
  return proxyClass;
}

function generate(base: ProxyClass, exposure: Exposure): ProxyClass {
  const generatedClass = class extends base {
    constructor(share: Share) {
      super(share);
      complete(this, exposure);
    }
  };
  const { prototype } = generatedClass;
  bindInherited(prototype, base, exposure);
  defineOnFirstUse(prototype, base, exposure);
  Object.defineProperty(generatedClass, 'name', { value: `${exposure.typeid}Proxy` });
  return generatedClass;
}

/**
 * Inserts an object between the two prototypes until the first use, which receives accesses that `prototype` does not answer.
 * Names that are never exposed, such as `then`, do not count as use: every promise that resolves to a proxy reads one.
 */
function defineOnFirstUse(prototype: BaseProxy, base: ProxyClass, exposure: Exposure): void {
  const inherited: object = Object.create(base.prototype);
  const askedFor = (name: string | symbol): object => {
    if (typeof name === 'symbol' || !isShowable(name)) return inherited;
    defineMembers(prototype, base, exposure);
    return prototype;
  };
  const awaitsUse = new Proxy(inherited, {
    get: (_, name, receiver) => Reflect.get(askedFor(name), name, receiver),
    set: (_, name, value, receiver) => Reflect.set(askedFor(name), name, value, receiver),
    has: (_, name) => Reflect.has(askedFor(name), name),
    // In a `for … in`, the loop has already read the keys of `prototype`, so the members are returned as keys of this object.
    ownKeys: () => {
      defineMembers(prototype, base, exposure);
      Object.defineProperties(inherited, Object.getOwnPropertyDescriptors(prototype));
      return Reflect.ownKeys(inherited);
    },
  });
  Object.setPrototypeOf(prototype, awaitsUse);
}

function defineMembers(prototype: BaseProxy, base: ProxyClass, exposure: Exposure): void {
  Object.setPrototypeOf(prototype, base.prototype);
  exposure.methods.forEach((name, operation) => {
    if (!definedBy(base, name)) defineMethod(prototype, name, operation);
  });
  exposure.properties.forEach((name, index) => {
    if (!definedBy(base, name)) defineProperty(prototype, name, readOperation(exposure, index));
  });
}

/**
 * Finishes the construction of a proxy, after the constructors of custom classes. A field made by {@link proxyMethod} becomes a
 * method bound to this proxy, which can be detached and passed on. Nothing can be assigned to the proxy any more, so a mistyped
 * property is an error.
 */
function complete(proxy: BaseProxy, exposure: Exposure): void {
  for (const name of Object.keys(proxy)) {
    const called = calledBy(Reflect.get(proxy, name));
    if (called === undefined) continue;
    const operation = exposure.methods.indexOf(called);
    const refused: RemoteFunction = (...args) => proxy.callMethod(called, args);
    const value = operation < 0 ? refused : bindMethod({ proxy, operation, ownsProxy: false }, name);
    Object.defineProperty(proxy, name, { value });
  }
  Object.preventExtensions(proxy);
}

/** Whether a custom proxy class has a member of that name; members of every object do not count. */
function definedBy(base: ProxyClass, name: string): boolean {
  return name in base.prototype && !(name in BaseProxy.prototype);
}

/**
 * Binds the methods that `base` and the classes between it and {@link BaseProxy} define. Like generated ones, they can be
 * detached, kept, and passed to another process, which then calls them here.
 */
function bindInherited(prototype: BaseProxy, base: ProxyClass, exposure: Exposure): void {
  const seen = new Set(['constructor']);
  let level: object = base.prototype;
  while (level !== BaseProxy.prototype && level !== Object.prototype) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      const operation = exposure.methods.indexOf(calledBy(value) ?? '');
      if (operation >= 0 && !seen.has(name)) defineMethod(prototype, name, operation);
      else if (typeof value === 'function' && !seen.has(name)) defineBound(prototype, name, value);
      seen.add(name);
    }
    const above: unknown = Object.getPrototypeOf(level);
    level = typeof above === 'object' && above !== null ? above : Object.prototype;
  }
}
