import { randomBytes } from 'node:crypto';
import * as zlib from 'node:zlib';
import { Encoded, Modern, Pressed, Squeezed } from '#fixtures/encoded.js';
import { Inverted } from '#fixtures/inverted.js';
import { Unimportable } from '#fixtures/throws-at-import.js';
import {
  ActorSpawnError,
  compressed,
  DEFAULT_SERIALIZER,
  registerSerializer,
  SerializerError,
  setDefaultSerializer,
} from 'uactor';
import { msgpack } from 'uactor/serializers/msgpack';
import { afterEach, describe, expect, test } from 'vitest';
import { assertSame } from '../conformance/codec-pair.ts';
import { SAMPLES } from '../conformance/values.ts';
import { failure, thrown } from '../support/failure.ts';
import { SERIALIZERS } from '../support/serializers.ts';
import { shared } from '../support/shared.ts';

/** The files that are loaded with a serializer: its own code, and its package. */
const LOADED = {
  superjson: ['serializers/superjson'],
  msgpack: ['serializers/msgpack'],
  protobuf: ['protobufjs', 'serializers/protobuf'],
} as const;

/** Sessions replace errors and registered classes. */
const PLAIN_SAMPLES = SAMPLES.filter(({ title }) => !/errors|instances of a class/.test(title));

describe('the serializer of an actor', () => {
  for (const serializer of SERIALIZERS) {
    const authkey = randomBytes(32);
    const asked = shared(() => Encoded.with({ serializer, authkey }).spawn());

    test(`U45 is ${serializer} when its options say so, and no other one is loaded`, async () => {
      await using actor = await Encoded.with({ serializer }).spawn();
      expect(await actor.loaded()).toEqual(LOADED[serializer]);
    });

    for (const other of SERIALIZERS.filter((name) => name !== serializer)) {
      test(`U45 a client that asks a ${serializer} actor for ${other} is told both names, at connect`, async () => {
        const address = asked().connectionAddress ?? '';
        const error = await failure(Encoded.connect(address, { authkey, serializer: other }));
        expect(error).toBeInstanceOf(SerializerError);
        expect(error).toMatchObject({ code: 'SERIALIZER_MISMATCH', executed: 'no' });
        expect(String(error)).toMatch(new RegExp(`uses the serializer ${serializer}, but ${other} was requested`));
        await using right = await Encoded.connect(address, { authkey, serializer });
        expect(await right.echo('on')).toBe('on');
      });
    }
  }

  test('U45 must be one that its process knows too', async () => {
    registerSerializer({ ...msgpack, name: 'only-here' });
    const error = await failure(Encoded.with({ serializer: 'only-here' }).spawn());
    expect(error).toBeInstanceOf(SerializerError);
    expect(error).toMatchObject({
      code: 'UNKNOWN_SERIALIZER',
      executed: 'no',
      cause: { exitCode: 1, actor: 'Encoded' },
    });
    expect(String(error)).toMatch(
      /process of Encoded .*no serializer 'only-here'; the registered ones are 'superjson', 'msgpack', 'protobuf'.*registerSerializer\(\) in the actor's module/,
    );
  });

  test('U45 is unknown in a process whose module fails, and the error says why that was', async () => {
    registerSerializer({ ...msgpack, name: 'only-here' });
    const error = await failure(Unimportable.with({ serializer: 'only-here', stdio: 'ignore' }).spawn());
    expect(error).toBeInstanceOf(ActorSpawnError);
    expect(String(error)).toMatch(/its module cannot be used: .*Error: /);
    expect(error).toMatchObject({ stderr: expect.stringContaining('throws-always') });
  });

  test('U45 may be one of the user, which the options of the class name as itself', async () => {
    await using actor = await Inverted.spawn();
    for (const { make } of PLAIN_SAMPLES) assertSame(await actor.echo(make()), make());
    expect(await actor.apply((value) => [value], new Map([[1, 2n]]))).toEqual([new Map([[1, 2n]])]);
    const error = await failure(actor.echo(Symbol('no')));
    expect(error).toMatchObject({ code: 'UNSERIALIZABLE', path: '$[0]', executed: 'no' });
    expect(await actor.echo('on')).toBe('on');
  });
});

describe('the default serializer', () => {
  afterEach(() => setDefaultSerializer('superjson'));

  test('U45 is superjson, and changed by setDefaultSerializer for actors spawned from then on', async () => {
    expect(DEFAULT_SERIALIZER).toBe('superjson');
    await using first = await Encoded.spawn();
    setDefaultSerializer('msgpack');
    expect(DEFAULT_SERIALIZER).toBe('msgpack');
    await using second = await Encoded.spawn();
    expect(await first.loaded()).toEqual(LOADED.superjson);
    expect(await second.loaded()).toEqual(LOADED.msgpack);
  });

  test('U45 a name that nobody registered is refused with the known ones, and changes nothing', () => {
    const error = thrown(() => setDefaultSerializer('morse'));
    expect(error).toBeInstanceOf(SerializerError);
    expect(error).toMatchObject({ code: 'UNKNOWN_SERIALIZER' });
    expect(String(error)).toMatch(/no serializer 'morse'; the registered ones are 'superjson', 'msgpack', 'protobuf'/);
    expect(DEFAULT_SERIALIZER).toBe('superjson');
  });

  test('U45 is what UACTOR_SERIALIZER says, for whatever that process spawns', async () => {
    await using actor = await Encoded.with({ serializer: 'superjson', env: { UACTOR_SERIALIZER: 'msgpack' } }).spawn();
    expect(await actor.defaultSerializer()).toBe('msgpack');
    expect(await actor.loadedByChild()).toEqual(LOADED.msgpack);
    await actor.chooseDefault('protobuf');
    expect(await actor.defaultSerializer()).toBe('protobuf');
    expect(await actor.loadedByChild()).toEqual(LOADED.protobuf);
  });

  test('U45 an unknown name in UACTOR_SERIALIZER is told with the known ones at the first spawn', async () => {
    await using actor = await Encoded.with({ serializer: 'superjson', env: { UACTOR_SERIALIZER: 'morse' } }).spawn();
    const error = await failure(actor.loadedByChild());
    expect(error).toMatchObject({ name: 'SerializerError', code: 'UNKNOWN_SERIALIZER' });
    expect(String(error)).toMatch(/no serializer 'morse'; the registered ones are 'superjson', 'msgpack', 'protobuf'/);
  });
});

describe('a compressed serializer', () => {
  for (const ActorClass of [Squeezed, Pressed]) {
    const { serializer } = ActorClass.options;
    const authkey = randomBytes(32);
    const compressing = shared(() => ActorClass.with({ authkey }).spawn());

    test(`U45 U49 many proxies in one message are as welcome compressed as otherwise: ${ActorClass.name}`, async () => {
      const actor = compressing();
      const back = await actor.echo(Array.from({ length: 12_000 }, (_, index) => () => index));
      expect(back).toHaveLength(12_000);
    });

    test(`${serializer} carries everything, live references too`, async () => {
      const actor = compressing();
      for (const { make } of PLAIN_SAMPLES) assertSame(await actor.echo(make()), make());
      const text = 'again and again '.repeat(100_000);
      expect(await actor.apply((value) => [value], { text })).toEqual([{ text }]);
      expect(await failure(actor.echo([text, { at: Symbol('no') }]))).toMatchObject({
        code: 'UNSERIALIZABLE',
        path: '$[0][1].at',
      });
      expect(await actor.echo({ text })).toEqual({ text });
    });

    test(`U45 ${serializer} is named when a client asks for the other serializer alone`, async () => {
      const address = compressing().connectionAddress ?? '';
      const error = await failure(ActorClass.connect(address, { authkey, serializer: 'msgpack' }));
      expect(String(error)).toContain(`uses the serializer ${serializer}, but msgpack was requested`);
      await using right = await ActorClass.connect(address, { authkey });
      expect(await right.echo('x'.repeat(10_000))).toBe('x'.repeat(10_000));
    });
  }

  test('U45 zstd works where Node has it, and elsewhere spawn says what to do', async () => {
    const text = 'again and again '.repeat(10_000);
    if ('zstdCompressSync' in zlib) {
      await using actor = await Modern.spawn();
      expect(await actor.echo({ text })).toStrictEqual({ text });
      expect(await actor.apply((value) => [value], text)).toStrictEqual([text]);
    } else {
      const error = await failure(Modern.spawn());
      expect(error).toMatchObject({ name: 'SerializerError', code: 'SERIALIZER_MISSING' });
      expect(String(error)).toMatch(/zstd.*Node 22\.15 or newer/);
    }
  });

  test('U45 it is loaded with the other serializer, and only when it is spoken', async () => {
    await using actor = await Squeezed.spawn();
    expect(await actor.loaded()).toEqual(['serializers/compressed', 'serializers/msgpack']);
    await using plain = await Squeezed.with({ serializer: 'superjson' }).spawn();
    expect(await plain.loaded()).toEqual(LOADED.superjson);
  });

  test('U45 it wraps a serializer that somebody registered, and none else', () => {
    expect(compressed('superjson', { algorithm: 'gzip' })).toBe('superjson+gzip');
    expect(() => compressed('morse')).toThrow(/there is no serializer 'morse'/);
    expect(() => Reflect.apply(compressed, undefined, ['msgpack', { algorithm: 'lzma' }])).toThrow(
      /no algorithm 'lzma'/,
    );
  });
});
