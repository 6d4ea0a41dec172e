import { COMMON_TYPEIDS } from '../declaration/typeid-table.ts';
import { ARRAY } from '../objects/array.ts';
import { ASYNC_RESULT } from '../objects/async-result.ts';
import { DICT } from '../objects/dict.ts';
import { ITERATOR } from '../objects/iterator.ts';
import { LIST } from '../objects/list.ts';
import { NAMESPACE } from '../objects/namespace.ts';
import { SYNCHRONISATION } from '../objects/synchronisation.ts';
import { VALUE } from '../objects/value.ts';
import { POOL } from '../pool/pool.ts';

/** Adds the typeids that the library brings to those of every actor and manager. */
export function addBuiltInTypeids(): void {
  const typeids = [ITERATOR, ASYNC_RESULT, DICT, LIST, ARRAY, VALUE, NAMESPACE, POOL, ...SYNCHRONISATION];
  for (const typeid of typeids) COMMON_TYPEIDS.add(typeid);
}
