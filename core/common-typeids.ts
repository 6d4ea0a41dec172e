import { ActorProxy } from './proxy/actor-proxy.ts';
import type { ProxyClass } from './proxy/proxy-class.ts';
import { AUTO, defineTypeid, TypeidTable } from './typeids.ts';
import { ARRAY } from './typeids/array.ts';
import { ASYNC_RESULT } from './typeids/async-result.ts';
import { DICT } from './typeids/dict.ts';
import { ITERATOR } from './typeids/iterator.ts';
import { LIST } from './typeids/list.ts';
import { NAMESPACE } from './typeids/namespace.ts';
import { POOL } from './typeids/pool.ts';
import { SYNCHRONISATION } from './typeids/synchronisation.ts';
import { VALUE } from './typeids/value.ts';

/** The typeids that every actor and every manager has. */
export const COMMON_TYPEIDS: TypeidTable = new TypeidTable();
for (const typeid of [AUTO, ITERATOR, ASYNC_RESULT, DICT, LIST, ARRAY, VALUE, NAMESPACE, POOL, ...SYNCHRONISATION]) {
  COMMON_TYPEIDS.add(typeid);
}

/** The typeids of an actor class: the common ones, the class's own, and `actor` itself. */
export function actorTypeids(
  proxies: Readonly<Record<string, ProxyClass>>,
  actorProxy: ProxyClass = ActorProxy,
  parent: TypeidTable = COMMON_TYPEIDS,
): TypeidTable {
  const table = new TypeidTable(parent);
  for (const [name, proxyClass] of Object.entries(proxies)) table.add(defineTypeid(name, { proxyClass }));
  table.add({ ...AUTO, name: 'actor', proxyClass: actorProxy });
  return table;
}
