import { expect, test } from 'vitest';
import type { NameRecord, Read } from '../../cluster/records.ts';
import { Whereabouts } from '../../cluster/named-actors.ts';

function recordAt(revision: number, id: string | undefined): Read<NameRecord> {
  const order = { module: 'm', build: 'b', className: 'C', name: 'one', label: {}, serializers: [], options: {} };
  const place =
    id === undefined ? {} : { place: { id, instance: id, endpoints: [], pid: 1, className: 'C', module: 'm' } };
  return { key: 'one', revision, record: { name: 'one', nonce: 'n', order, ...place } };
}

test('U70 an attempt to connect to an actor is cancelled as soon as the actor is elsewhere, and not before', async () => {
  const where = new Whereabouts();
  const aborted: boolean[] = [];
  const outcome = where.meet(recordAt(3, 'a'), async (elsewhere) => {
    expect(where.heard(recordAt(3, 'a'))).toBeUndefined();
    expect(where.heard(recordAt(4, undefined))).toBeUndefined();
    aborted.push(elsewhere.aborted);
    // The id of the previous actor.
    expect(where.heard(recordAt(5, 'b'))).toBe('a');
    aborted.push(elsewhere.aborted);
    return await Promise.resolve('over');
  });
  expect(await outcome).toBe('over');
  expect(aborted).toEqual([false, true]);
  // A record read before the watch's latest report is outdated.
  expect(await where.meet(recordAt(3, 'a'), (elsewhere) => Promise.resolve(elsewhere.aborted))).toBe(true);
  expect(await where.meet(recordAt(6, 'c'), (elsewhere) => Promise.resolve(elsewhere.aborted))).toBe(false);
});
