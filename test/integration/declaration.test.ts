import { Counter } from '#fixtures/counter.js';
import { BoxProxy, Child, Narrower, Open, Parent, Wider } from '#fixtures/exposing.js';
import { ExposesNothingThere, ExposesThen, ReservesActor, UnknownTypeid } from '#fixtures/misdeclared.js';
import {
  type BaseProxy,
  callOptions,
  exposing,
  ProxyError,
  registerSerializer,
  release,
  SerializerError,
  setProperty,
  stats,
  typeid,
} from 'uactor';
import { describe, expect, test } from 'vitest';
import { callOperation } from '../../core/proxy/base-proxy.ts';
// A client loaded from the sources, whose internals the test can reach.
import { Actor as OpenedActor } from '../../index.ts';
import { failure, thrown } from '../support/failure.ts';
import { childrenOf } from '../support/leaks.ts';
import { shared } from '../support/shared.ts';

const authkey = 'a key that only this test knows';

/** Returns the members that a proxy shows, without the library's own. */
function members(proxy: object): readonly string[] {
  const names: string[] = [];
  for (const name in proxy) names.push(name);
  return names.toSorted();
}

const parent = shared(() => Parent.spawn());
const child = shared(() => Child.spawn());

describe('U6 what is exposed', () => {
  test('U6 without a list it is every public method through the whole chain, and the hooks', async () => {
    await using actor = await Wider.spawn();
    expect(members(actor)).toEqual(['arrow', 'enter', 'exit', 'open', 'wider']);
    expect(await actor.open()).toBe('open');
    expect(await actor.wider()).toBe('wider');
    expect(await actor.arrow()).toBe('arrow');
    expect(await actor.callMethod('enter')).toBeUndefined();
  });

  test("U6 U11 exposing lists a subclass's names and its parent's", async () => {
    expect(exposing('a', 'b')).toEqual(['a', 'b']);
    expect(Narrower.exposed).toEqual(['open', 'narrower']);
    await using actor = await Narrower.spawn();
    expect(members(actor)).toEqual(['enter', 'exit', 'narrower', 'open']);
    expect(await actor.narrower()).toBe('open, and narrower');
    const error = thrown(() => exposing(Open, 'more'));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'MISUSE', message: expect.stringContaining('Open has no `static exposed`') });
  });

  test("U6 with a list it is exactly that, the hooks, and the parents' lists", async () => {
    expect(members(parent())).toEqual(['enter', 'exit', 'listed', 'makeBox', 'makeOther']);
    const own = ['count', 'fixed', 'later', 'level', 'name', 'own', 'title'];
    expect(members(child())).toEqual([...members(parent()), ...own].toSorted());
    expect(await child().own()).toBe('own, and listed');
  });

  test('U6 options, proxies and methodToTypeid are merged along the chain, the subclass winning', async () => {
    expect(await child().title).toBe('child yes');
    const box = await child().callMethod('makeBox', [21]);
    const other = await child().callMethod('makeOther', [1]);
    expect([typeid(box), typeid(other)]).toEqual(['box', 'auto']);
    expect(box).toBeInstanceOf(BoxProxy);
    expect(box instanceof BoxProxy && (await box.doubled())).toBe(42);
    expect(box instanceof BoxProxy && (await box.peek())).toBe(21);
    const plain = await parent().callMethod('makeBox', [1]);
    expect(typeid(plain)).toBe('auto');
    for (const each of [box, other, plain]) release(each);
  });

  test('U6 a list that names what the class does not have rejects spawn with a TypeError', async () => {
    const error = await failure(ExposesNothingThere.spawn());
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/exposed lists 'absent', but the class has no such/),
    });
  });
});

test.each([
  ['proxies with the name actor', ReservesActor, /the typeid 'actor' is reserved/],
  ['a typeid without a proxy', UnknownTypeid, /methodToTypeid\.make: the typeid 'nonesuch' is not defined/],
  [
    'then in exposed',
    ExposesThen,
    /'then' cannot be exposed, because a proxy with this member would be treated as a promise/,
  ],
])('U7 %s is a TypeError before a process starts', async (_, actorClass, message) => {
  const before = childrenOf(process.pid).length;
  const error = await failure(actorClass.spawn());
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ message: expect.stringMatching(message), code: 'MISUSE' });
  expect(childrenOf(process.pid)).toHaveLength(before);
});

describe('U8 what is not exposed', () => {
  const open = shared(() => Open.spawn());
  const counter = shared(() => Counter.spawn());

  test.each([
    ['Open', '_private'],
    ['Open', 'init'],
    ['Open', 'field'],
    ['Open', 'property'],
    ['Parent', 'unlisted'],
  ])('U8 the proxy of %s has no member %s, and refuses to call it', async (name, member) => {
    const actor = name === 'Open' ? open() : parent();
    expect(Reflect.get(actor, member)).toBeUndefined();
    const error = await failure(actor.callMethod(member));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({
      code: 'NOT_EXPOSED',
      executed: 'no',
      message: `the 'actor' object does not expose ${member}(): add it to 'exposed' of its class`,
    });
  });

  test.each(['toString', '__proto__', 'constructor', 'hasOwnProperty', 'then', 'toJSON'])(
    'U8 a hand-made request for the inherited %s is refused',
    async (member) => {
      expect(await failure(counter().callMethod(member))).toMatchObject({ code: 'NOT_EXPOSED' });
    },
  );

  test("U8 the actor's process refuses operations beyond the list all the same", async () => {
    await using actor = await Parent.with({ authkey }).spawn();
    await using client = await OpenedActor.connect(actor.connectionAddress ?? '', { authkey });
    for (const operation of [6, 7, 100, 65_535]) {
      const error = await failure(callOperation(client, operation, []));
      expect(error).toMatchObject({ name: 'ProxyError', code: 'NOT_EXPOSED' });
    }
    expect(await actor.listed()).toBe('listed');
  });
});

describe('U9 properties', () => {
  test('U9 awaiting a property reads it, and a promise that it holds is awaited first', async () => {
    const actor = child();
    expect(await actor.name).toBe('anonymous');
    expect(await actor.level).toBe(1);
    expect(await actor.later).toBe('awaited');
  });

  test('U9 setProperty writes fields and setters', async () => {
    await using actor = await Child.spawn();
    await setProperty(actor, 'name', 'Ada');
    await setProperty(actor, 'level', 3);
    expect([await actor.name, await actor.level]).toEqual(['Ada', 3]);
  });

  test('U9 what a setter throws arrives', async () => {
    const actor = child();
    const error = await failure(setProperty(actor, 'level', -1));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'levels begin at 0' });
  });

  test('U9 a property without a setter cannot be written, and nothing ran', async () => {
    const actor = child();
    const error = await failure(setProperty(actor, 'fixed', 'otherwise'));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({
      code: 'READ_ONLY',
      executed: 'no',
      message: expect.stringMatching(/'fixed'.*give it a setter/),
    });
  });

  test('U9 what is no property cannot be written', async () => {
    const actor = child();
    const untyped: BaseProxy = actor;
    for (const name of ['own', 'unlisted', '__proto__', 'absent']) {
      const error = await failure(setProperty(untyped, name, 1));
      expect(error).toBeInstanceOf(ProxyError);
      expect(error).toMatchObject({ code: 'NOT_EXPOSED', message: expect.stringContaining(`property '${name}'`) });
    }
  });

  test('U9 plain assignment is a TypeError that names setProperty', async () => {
    const actor = child();
    for (const name of ['name', 'own']) {
      const error = thrown(() => Reflect.set(actor, name, 'x'));
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ code: 'MISUSE', message: expect.stringContaining(`setProperty(proxy, '${name}'`) });
    }
    expect(await actor.name).toBe('anonymous');
  });

  test('U9 assignment to what the proxy does not show is a TypeError, for custom proxy classes and with options too', async () => {
    const actor = child();
    const box = asBox(await actor.callMethod('makeBox', [3]));
    const optioned = [callOptions(actor, { timeout: 1_000 }), callOptions(box, {})];
    for (const each of [actor, box, ...optioned]) {
      expect(Reflect.set(each, 'nmae', 'x')).toBe(false);
      expect(thrown(() => Object.assign(each, { nmae: 'x' }))).toBeInstanceOf(TypeError);
      expect(each).not.toHaveProperty('nmae');
    }
    expect(await box.peek()).toBe(3);
    expect(await box.doubled()).toBe(6);
    for (const each of [box, ...optioned]) release(each);
  });
});

function asBox(value: unknown): BoxProxy {
  if (value instanceof BoxProxy) return value;
  throw new Error(`${String(value)} is no box`);
}

describe('U10 with', () => {
  test('U10 gives the same class with other options on top', async () => {
    const titled = Child.with({ title: 'with' });
    expect(titled).not.toBe(Child);
    expect(titled.name).toBe('Child');
    await using actor = await titled.spawn();
    expect(await actor.title).toBe('with yes');
    expect(await child().title).toBe('child yes');
  });

  test('U10 can be repeated, the last one winning', async () => {
    await using actor = await Child.with({ title: 'one', env: {} }).with({ title: 'two' }).spawn();
    expect(await actor.title).toBe('two ');
  });

  test('U10 makes a class whose local objects are those of the original', () => {
    const other = Counter.with({ concurrency: 1 });
    expect(new other()).toBeInstanceOf(Counter);
    expect(new other().increment(2)).toBe(2);
  });

  test('U10 listens where the options say', async () => {
    await using actor = await Counter.with({ address: `ipc://${process.env['TMPDIR']}/with.sock` }).spawn();
    expect(actor.connectionAddress).toBe(`ipc://${process.env['TMPDIR']}/with.sock`);
  });

  test('U10 a serializer that nobody registered is a SerializerError that lists the known ones', async () => {
    const before = stats();
    const error = await failure(Counter.with({ serializer: 'morse' }).spawn());
    expect(error).toBeInstanceOf(SerializerError);
    expect(error).toMatchObject({
      code: 'UNKNOWN_SERIALIZER',
      message: expect.stringMatching(/there is no serializer 'morse'; the registered ones are .*'superjson'/),
    });
    expect(
      thrown(() =>
        registerSerializer({
          name: 'Not A Name',
          open: () => {
            throw new Error('never');
          },
        }),
      ),
    ).toBeInstanceOf(SerializerError);
    expect(stats()).toEqual(before);
  });
});
