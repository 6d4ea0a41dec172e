import type { Typeid } from '../declaration/typeid-table.ts';
import { BARRIER } from './barrier.ts';
import { CONDITION } from './condition.ts';
import { EVENT } from './event.ts';
import { JOINABLE_QUEUE } from './joinable-queue.ts';
import { LOCK, RLOCK } from './lock.ts';
import { QUEUE } from './queue.ts';
import { BOUNDED_SEMAPHORE, SEMAPHORE } from './semaphore.ts';

/** The typeids of the objects by which processes wait for each other. */
export const SYNCHRONISATION: readonly Typeid[] = [
  QUEUE,
  JOINABLE_QUEUE,
  EVENT,
  LOCK,
  RLOCK,
  SEMAPHORE,
  BOUNDED_SEMAPHORE,
  CONDITION,
  BARRIER,
];
