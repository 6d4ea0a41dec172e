import { COMMON_TYPEIDS } from '../declaration/typeid-table.ts';
import { ARRAY } from '../objects/array.ts';
import { ASYNC_RESULT } from '../objects/async-result.ts';
import { BARRIER } from '../objects/barrier.ts';
import { CONDITION } from '../objects/condition.ts';
import { DICT } from '../objects/dict.ts';
import { EVENT } from '../objects/event.ts';
import { EVENTS } from '../objects/events.ts';
import { ITERATOR } from '../objects/iterator.ts';
import { LIST } from '../objects/list.ts';
import { LOCK, RLOCK } from '../objects/lock.ts';
import { NAMESPACE } from '../objects/namespace.ts';
import { JOINABLE_QUEUE, QUEUE } from '../objects/queue.ts';
import { BOUNDED_SEMAPHORE, SEMAPHORE } from '../objects/semaphore.ts';
import { VALUE } from '../objects/value.ts';
import { POOL } from '../pool/pool.ts';

const CONTAINERS = [DICT, LIST, ARRAY, VALUE, NAMESPACE];
const WAITED_FOR = [QUEUE, JOINABLE_QUEUE, EVENT, LOCK, RLOCK, SEMAPHORE, BOUNDED_SEMAPHORE, CONDITION, BARRIER];

/** Registers the library's typeids for every actor and manager. */
export function addBuiltInTypeids(): void {
  for (const typeid of [ITERATOR, EVENTS, ASYNC_RESULT, POOL, ...CONTAINERS, ...WAITED_FOR]) COMMON_TYPEIDS.add(typeid);
}
