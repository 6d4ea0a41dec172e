/** One kind of platform value, with a function that creates an example, and a description of it. */
export interface PlatformSample {
  readonly title: string;
  readonly make: () => object;
  /** Everything that must arrive; values with equal descriptions are equal. */
  readonly said: (value: object) => unknown;
}

/** Platform values that are copied, except streams and Blobs: those are asynchronous, and have their own tests. */
export const PLATFORM_SAMPLES: readonly PlatformSample[] = [
  {
    title: 'Headers',
    make: () =>
      new Headers([
        ['content-type', 'text/plain'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ]),
    said: entries,
  },
  { title: 'URLSearchParams', make: () => new URLSearchParams('a=1&a=2&b=%20ü'), said: entries },
  {
    title: 'FormData',
    make: () => {
      const form = new FormData();
      form.append('text', 'one');
      form.append('text', 'two');
      return form;
    },
    said: entries,
  },
  {
    title: 'Event',
    make: () => new Event('change', { bubbles: true, cancelable: true }),
    said: (value) => members(value, ['type', 'bubbles', 'cancelable', 'composed']),
  },
  {
    title: 'CustomEvent',
    make: () => new CustomEvent('change', { detail: { at: new Date(1) }, composed: true }),
    said: (value) => members(value, ['type', 'bubbles', 'cancelable', 'composed', 'detail']),
  },
  {
    title: 'DOMException',
    make: () => new DOMException('not here', 'NotFoundError'),
    said: (value) => members(value, ['name', 'message', 'code']),
  },
  ...temporal('Instant', '2026-11-28T18:00:00.123456789Z'),
  ...temporal('ZonedDateTime', '2026-11-28T18:00:00+01:00[Europe/Vienna]'),
  ...temporal('PlainDate', '2026-11-28'),
  ...temporal('PlainDateTime', '2026-11-28T18:00:00'),
  ...temporal('PlainTime', '18:00:00.5'),
  ...temporal('PlainYearMonth', '2026-11'),
  ...temporal('PlainMonthDay', '11-28'),
  ...temporal('Duration', 'P1Y2DT3.5S'),
];

/** Returns a sample if this version of Node.js has `Temporal`. */
function temporal(name: string, text: string): readonly PlatformSample[] {
  const namespace: unknown = Reflect.get(globalThis, 'Temporal');
  if (typeof namespace !== 'object' || namespace === null) return [];
  const cls = Reflect.get(namespace, name);
  return [{ title: `Temporal.${name}`, make: () => cls.from(text), said: String }];
}

function entries(value: object): unknown {
  return Symbol.iterator in value && typeof value[Symbol.iterator] === 'function' ? Array.from(iterable(value)) : value;
}

function iterable(value: object): Iterable<unknown> {
  return { [Symbol.iterator]: () => Reflect.apply(Reflect.get(value, Symbol.iterator), value, []) };
}

function members(value: object, names: readonly string[]): unknown {
  return names.map((name): unknown => Reflect.get(value, name));
}
