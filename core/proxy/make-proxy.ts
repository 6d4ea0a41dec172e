import type { Exposure } from '../references/exposure.ts';
import { FUNCTION_EXPOSURE } from '../references/exposure.ts';
import { Share, type Reference } from '../references/reference.ts';
import { makeCallable } from './callable.ts';
import { type ProxyClass, proxyClassFor } from './proxy-class.ts';

/** Returns the class that a typeid's proxies extend. */
export type ProxyClassOf = (typeid: string) => ProxyClass;

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
