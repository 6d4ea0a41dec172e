import { callOptions, EventProxy, getValue, terminate, typeid } from 'uactor';
import { expect, test } from 'vitest';
import { describeShared } from '../support/shared-objects.ts';

describeShared('Event', (scene) => {
  test('U33 Event set, clear and isSet', async () => {
    const { make, other } = scene();
    using event = await make.Event();
    expect(event).toBeInstanceOf(EventProxy);
    expect(typeid(event)).toBe('Event');
    expect(await event.isSet()).toBe(false);
    await event.set();
    await event.set();
    expect(await event.isSet()).toBe(true);
    expect(await other.use(event, 'isSet')).toBe(true);
    expect(await getValue(event)).toBe(true);
    await event.clear();
    await event.clear();
    expect(await event.isSet()).toBe(false);
  });

  test('U33 Event wait: at once when set, false when the time is over', async () => {
    const { make } = scene();
    using event = await make.Event();
    expect([await event.wait(0), await event.wait(-1), await event.wait(10)]).toEqual([false, false, false]);
    await event.set();
    expect([await event.wait(0), await event.wait(10), await event.wait()]).toEqual([true, true, true]);
    for (const timeout of [Number.NaN, '1', null]) {
      await expect(event.callMethod('wait', [timeout])).rejects.toThrow(TypeError);
    }
  });

  test('U33 Event set wakes all who wait, in every process', async () => {
    const { make, other } = scene();
    using event = await make.Event();
    const mine = [event.wait(), event.wait(60_000)];
    const theirs = [await other.begin(event, 'wait'), await other.begin(event, 'wait', 60_000)];
    await event.set();
    await event.clear();
    expect(await Promise.all([...mine, ...theirs.map((index) => other.ended(index))])).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  test('U35 Event a wait holds up nobody, and one that is given up is over', async () => {
    const { make, other } = scene();
    using event = await make.Event();
    const controller = new AbortController();
    using fickle = callOptions(event, { signal: controller.signal });
    const waiting = fickle.wait();
    expect(await other.use(event, 'isSet')).toBe(false);
    controller.abort(new RangeError('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await event.set();
    expect(await event.wait()).toBe(true);
  });

  test('U34 Event a client that is killed while it waits is no trouble', async () => {
    const { make, client } = scene();
    using event = await make.Event();
    const waiter = await client();
    await waiter.begin(event, 'wait');
    const mine = event.wait();
    await terminate(waiter);
    await event.set();
    expect(await mine).toBe(true);
  });
});
