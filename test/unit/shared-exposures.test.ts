import { expect, test } from 'vitest';
import { addBuiltInTypeids } from '../../core/api/built-in-typeids.ts';
import { COMMON_TYPEIDS } from '../../core/declaration/typeid-table.ts';
import { AsyncResult } from '../../core/objects/async-result.ts';
import { Barrier } from '../../core/objects/barrier.ts';
import { Condition } from '../../core/objects/condition.ts';
import { Event } from '../../core/objects/event.ts';
import { Lock, RLock } from '../../core/objects/lock.ts';
import { JoinableQueue, Queue } from '../../core/objects/queue.ts';
import { BoundedSemaphore, Semaphore } from '../../core/objects/semaphore.ts';
import { Pool } from '../../core/pool/pool.ts';

addBuiltInTypeids();

const LOCKABLE = 'acquire fencingNumber giveBack locked release releaseTaken take';
const QUEUE = 'acknowledge close empty full get giveBack put putNowait qsize';
const JOINABLE = 'acknowledge close empty full get giveBack join put putNowait qsize taskDone';
const LIST =
  'at clear concat count extend get includes indexOf insert iterate pop push remove reverse set shift slice sort splice unshift';
const POOL = 'apply applyAsync close imap imapUnordered join map mapAsync starmap starmapAsync terminate';

/** Each kind: an object of it, and the methods and properties that other processes may use. */
const KINDS: readonly (readonly [name: string, object: object, methods: string, properties: string])[] = [
  ['Lock', new Lock(), LOCKABLE, ''],
  ['RLock', new RLock(), LOCKABLE, ''],
  ['Semaphore', new Semaphore(), `${LOCKABLE} value`, ''],
  ['BoundedSemaphore', new BoundedSemaphore(), `${LOCKABLE} value`, ''],
  ['Condition', new Condition(), `acknowledge ${LOCKABLE} notify notifyAll returned wait`, ''],
  ['Queue', new Queue(), QUEUE, ''],
  ['JoinableQueue', new JoinableQueue(), JOINABLE, ''],
  ['Event', new Event(), 'clear isSet set wait', ''],
  ['Barrier', new Barrier(2), 'abort reset wait', 'broken nWaiting parties'],
  ['AsyncResult', new AsyncResult(() => 1), 'get ready successful wait', ''],
  ['Pool', new Pool({ module: import.meta.url }), POOL, ''],
  ['Iterator', [1].values(), 'next pull return throw', ''],
  ['list', [], LIST, 'length'],
  [
    'dict',
    new Map(),
    'clear copy delete entries get has iterate keys pop popItem set setDefault update values',
    'size',
  ],
  ['Array', new Uint8Array(1), 'fill get set setFrom slice', 'length'],
  ['Value', { value: 1 }, 'add compareExchange get set', ''],
  ['Namespace', {}, 'delete get names set', ''],
];

test.each(KINDS)('H23 a proxy of a %s shows exactly these members', (name, object, methods, properties) => {
  const shown = COMMON_TYPEIDS.get(name)?.expose(object);
  expect(shown?.methods.toSorted()).toEqual(methods.split(' ').toSorted());
  expect(shown?.properties.toSorted()).toEqual(properties === '' ? [] : properties.split(' '));
});

test('U33 the proxy class has each of these methods, so that classes can extend it', () => {
  for (const [name, object] of KINDS) {
    if (name === 'Iterator') continue;
    const typeid = COMMON_TYPEIDS.get(name);
    const prototype = typeid?.proxyClass.prototype ?? {};
    expect(typeid?.expose(object).methods.filter((method) => !(method in prototype))).toEqual([]);
  }
});
