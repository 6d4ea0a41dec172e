import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FUNCTION_EXPOSURE, type LocalExposure } from '../../core/references/exposure.ts';
import { ObjectTable, Tickets } from '../../core/references/object-table.ts';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { failure, thrown } from '../support/failure.ts';

const LIFE_MS = 1_000;

function objectTable(): ObjectTable {
  return new ObjectTable(
    () => undefined,
    () => DEFAULT_LIMITS,
  );
}

describe('the objects that have proxies', () => {
  const other: LocalExposure = { ...FUNCTION_EXPOSURE, typeid: 'other' };

  test('U23 an object with a proxy in its own process keeps its typeid, although no other process has had it', () => {
    const objects = objectTable();
    const object = {};
    const entry = objects.enter(object, FUNCTION_EXPOSURE);
    objects.holdAtHome(entry);
    expect(thrown(() => objects.enter(object, other))).toMatchObject({ code: 'TYPEID_CONFLICT' });
    objects.dropAtHome(entry);
    expect(objects.enter(object, other)).not.toBe(entry);
  });

  test('U23 a late release of a proxy does not end the object under the typeid that it has by then', () => {
    const objects = objectTable();
    const object = {};
    const dropped = vi.fn();
    const first = objects.enter(object, { ...FUNCTION_EXPOSURE, dropped });
    // It was sent, and its receiver released it; the proxy of this process is not collected yet.
    objects.holdAtHome(first, true);
    const second = objects.enter(object, other);
    objects.holdAtHome(second);
    objects.dropAtHome(first, true);
    expect(objects.find(object)).toBe(second);
    expect(dropped).not.toHaveBeenCalled();
  });
});

describe('tickets', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('H79 H91 a second grant of a ticket changes nothing, whoever left it', async () => {
    const objects = objectTable();
    const tickets = new Tickets(objects, () => DEFAULT_LIMITS);
    const [giver, thief] = [{}, {}];
    const entry = objects.enter({}, FUNCTION_EXPOSURE);
    const planted = objects.enter({}, FUNCTION_EXPOSURE);
    tickets.grant('t', entry, LIFE_MS, giver);
    tickets.grant('t', entry, LIFE_MS, giver);
    tickets.grant('t', planted, LIFE_MS, thief);
    expect([tickets.size, tickets.leftBy(giver), tickets.leftBy(thief), objects.held]).toEqual([1, 1, 0, 1]);
    expect(await tickets.claim('t', LIFE_MS)).toBe(entry);
    objects.drop(entry, 1);
    vi.advanceTimersByTime(2 * LIFE_MS);
    expect([tickets.size, objects.held, planted.held]).toEqual([0, 0, 0]);
  });

  test('H34 at most limits.maxTickets claims wait for their grants; further ones are rejected at once', async () => {
    const objects = objectTable();
    const tickets = new Tickets(objects, () => ({ ...DEFAULT_LIMITS, maxTickets: 2 }));
    const entry = objects.enter({}, FUNCTION_EXPOSURE);
    const [first, second] = [tickets.claim('a', LIFE_MS), failure(tickets.claim('b', LIFE_MS))];
    const third = failure(tickets.claim('c', LIFE_MS));
    expect(tickets.waiting).toBe(2);
    expect(await third).toMatchObject({ code: 'TICKET_INVALID' });
    tickets.grant('a', entry, LIFE_MS, {});
    expect(await first).toBe(entry);
    vi.advanceTimersByTime(LIFE_MS);
    expect(await second).toMatchObject({ code: 'TICKET_INVALID' });
    expect(tickets.waiting).toBe(0);
  });
});
