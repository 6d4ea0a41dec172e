import { ActorProxy } from './proxy/actor-proxy.ts';
import type { ProxyClass } from './proxy/proxy-class.ts';
import { AUTO, customTypeid, TypeidTable } from './typeids.ts';
import { ITERATOR } from './typeids/iterator.ts';

/** The typeids that every actor and every manager has. */
export const COMMON_TYPEIDS: TypeidTable = new TypeidTable();
for (const typeid of [AUTO, ITERATOR]) COMMON_TYPEIDS.add(typeid);

/** The typeids of an actor class: the common ones, the class's own, and `actor` itself. */
export function actorTypeids(
  proxies: Readonly<Record<string, ProxyClass>>,
  actorProxy: ProxyClass = ActorProxy,
): TypeidTable {
  const table = new TypeidTable(COMMON_TYPEIDS);
  for (const [name, proxyClass] of Object.entries(proxies)) table.add(customTypeid(name, proxyClass));
  table.add({ ...AUTO, name: 'actor', proxyClass: actorProxy });
  return table;
}
