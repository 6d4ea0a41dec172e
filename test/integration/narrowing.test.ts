import { Kiosk, KioskProxy, PageManager, ReaderProxy } from '#fixtures/narrowed.js';
import { type BaseProxy, release, type Remote, setProperty, typeid } from 'uactor';
import { beforeEach, describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { shared } from '../support/shared.ts';

/** Returns those of these names that a proxy shows as members. */
function shown(proxy: object, names: readonly string[]): readonly string[] {
  return names.filter((name) => Reflect.get(proxy, name) !== undefined);
}

const REFUSED = { name: 'ProxyError', code: 'NOT_EXPOSED' };

describe('U62 what holders of a proxy may call', () => {
  const open = shared(() => Kiosk.spawn());
  let kiosk: Remote<typeof Kiosk>;
  beforeEach(() => {
    kiosk = open();
  });

  test('U62 is narrowed by `static exposed` of the class of the proxy, methods and properties', async () => {
    using page = await kiosk.page();
    expect(page).toBeInstanceOf(ReaderProxy);
    expect(shown(page, ['load', 'count', 'save', 'burn'])).toEqual(['load', 'count']);
    expect(await page.callMethod('load')).toBe('empty');
    expect(await Reflect.get(page, 'count')).toBe(1);
    expect(await failure(page.callMethod('save', ['text']))).toMatchObject(REFUSED);
    await setProperty(page, 'count', 5);
    expect(await Reflect.get(page, 'count')).toBe(5);
  });

  test('U62 is what the lists along the chain of the proxy class name', async () => {
    using page = await kiosk.writer();
    expect(shown(page, ['load', 'count', 'save', 'burn'])).toEqual(['load', 'count', 'save']);
    await page.callMethod('save', ['text']);
    expect(await page.callMethod('load')).toBe('text');
  });

  test('U62 is narrowed by `static exposed` of the class of the object', async () => {
    using safe: BaseProxy = await kiosk.safe();
    using double: BaseProxy = await kiosk.doubleSafe();
    expect([typeid(safe), typeid(double)]).toEqual(['auto', 'auto']);
    expect(shown(safe, ['open', 'label', 'crack', 'close'])).toEqual(['open', 'label']);
    expect(shown(double, ['open', 'label', 'crack', 'close'])).toEqual(['open', 'label', 'close']);
    expect(await failure(safe.callMethod('crack'))).toMatchObject(REFUSED);
    expect([await safe.callMethod('open'), await Reflect.get(safe, 'label')]).toEqual(['open', 'a safe']);
  });

  test('U62 is what both lists name, when there are two', async () => {
    using closer = await kiosk.closer();
    expect(shown(closer, ['open', 'label', 'crack', 'close'])).toEqual(['close']);
    expect(await closer.callMethod('close')).toBe('closed');
    expect(await failure(closer.callMethod('crack'))).toMatchObject(REFUSED);
  });

  test('U62 is narrowed for the actor itself by the class of its proxies, but for the hooks', async () => {
    expect(kiosk).toBeInstanceOf(KioskProxy);
    expect(await failure(kiosk.callMethod('audit'))).toMatchObject(REFUSED);
    expect(await kiosk.callMethod('enter')).toBeUndefined();
  });

  test('U62 a list that names what the object does not have is an error that says so', async () => {
    expect(await failure(kiosk.wrong())).toMatchObject({
      name: 'TypeError',
      code: 'MISUSE',
      message: expect.stringMatching(/WrongProxy\.exposed lists 'absent'/),
    });
  });

  test('U62 is narrowed for the objects of a manager, besides what their registration exposes', async () => {
    await using manager = await PageManager.start();
    using page = await manager.create<BaseProxy>('Page');
    using note = await manager.create<BaseProxy>('Note');
    expect(shown(page, ['load', 'count', 'save', 'burn'])).toEqual(['load', 'count']);
    expect(shown(note, ['load', 'count', 'save', 'burn'])).toEqual(['load']);
    expect(await failure(note.callMethod('save', [1]))).toMatchObject(REFUSED);
  });

  test('U23 a proxy that its method made for the result alone blocks no other typeid once it was released', async () => {
    const reader = await kiosk.named('reader');
    expect(await failure(kiosk.named('auto'))).toMatchObject({ code: 'TYPEID_CONFLICT' });
    release(reader);
    // A release is sent after all other messages of the same turn.
    using page = await kiosk.page();
    void page;
    const other = await kiosk.named('auto');
    expect(typeid(other)).toBe('auto');
    expect(shown(other, ['load', 'save', 'burn'])).toEqual(['load', 'save', 'burn']);
    release(other);
  });
});
