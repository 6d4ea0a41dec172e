import { randomBytes } from 'node:crypto';
import { Encoded, Offering } from '#fixtures/encoded.js';
import { registerSerializer, SerializerError } from 'uactor';
import { msgpack } from 'uactor/serializers/msgpack';
import { describe, expect, test } from 'vitest';
import { failure, thrown } from '../support/failure.ts';
import { shared } from '../support/shared.ts';

const SERIALIZERS = ['superjson', 'msgpack', 'protobuf'];
const TRANSPORTS = { ipc: undefined, tcp: 'tcp://127.0.0.1:0' } as const;

/** A running actor with several serializers: its address, and a way to end it. */
interface Place extends AsyncDisposable {
  readonly address: string;
}

async function spawned(options: object): Promise<Place> {
  const actor = await Offering.with(options).spawn();
  return {
    address: actor.connectionAddress ?? '',
    [Symbol.asyncDispose]: () => actor.shutdown(),
  };
}

async function served(options: object): Promise<Place> {
  const server = await Offering.serve(options);
  return { address: server.address, [Symbol.asyncDispose]: () => server.close() };
}

for (const [transport, listen] of Object.entries(TRANSPORTS)) {
  for (const [way, place] of Object.entries({ spawn: spawned, serve: served })) {
    describe(`an actor that offers several serializers (${way}, ${transport})`, () => {
      const authkey = randomBytes(32);
      const there = shared(() => place({ authkey, ...(listen !== undefined && { address: listen }) }));

      for (const serializer of SERIALIZERS) {
        test(`U45 speaks ${serializer} with a client that asks for it`, async () => {
          await using actor = await Offering.connect(there().address, { authkey, serializer });
          expect(await actor.echo(new Map([[1, [2n]]]))).toEqual(new Map([[1, [2n]]]));
          expect(await actor.apply((value) => [value], 'called back')).toEqual(['called back']);
          // A proxy for a single serializer shows which one the connection uses.
          for (const wanted of SERIALIZERS) {
            const sent = actor.handOutFor(wanted);
            if (wanted === serializer) await (await sent)[Symbol.asyncDispose]();
            else expect(await failure(sent)).toMatchObject({ code: 'SERIALIZER_MISMATCH' });
          }
          expect(await actor.echo('on')).toBe('on');
        });
      }

      test('U45 speaks its first with a client that asks for none', async () => {
        await using actor = await Offering.connect(there().address, { authkey });
        await using handedOut = await actor.handOutFor('superjson');
        expect(await handedOut.count()).toBeGreaterThan(0);
        const error = await failure(actor.handOutFor('msgpack'));
        expect(error).toBeInstanceOf(SerializerError);
        expect(error).toMatchObject({ code: 'SERIALIZER_MISMATCH', executed: 'yes' });
        expect(String(error)).toMatch(/this proxy requires the serializer msgpack, and this connection uses superjson/);
      });

      test('U45 F37 one that it does not offer is an error that names both, at connect', async () => {
        registerSerializer({ ...msgpack, name: 'not-offered' });
        const error = await failure(Offering.connect(there().address, { authkey, serializer: 'not-offered' }));
        expect(error).toBeInstanceOf(SerializerError);
        expect(error).toMatchObject({ code: 'SERIALIZER_MISMATCH', executed: 'no' });
        expect(String(error)).toMatch(/uses the serializer superjson, but not-offered was requested/);
      });
    });
  }
}

describe('the option serializers', () => {
  test('U45 its first is what the owner speaks', async () => {
    await using actor = await Offering.spawn();
    await using handedOut = await actor.handOutFor('superjson');
    expect(await handedOut.count()).toBe(1);
    expect(await failure(actor.handOutFor('protobuf'))).toMatchObject({ code: 'SERIALIZER_MISMATCH' });
  });

  test('U45 a serializer given as well comes before them', async () => {
    await using actor = await Offering.with({ serializer: 'protobuf' }).spawn();
    await using handedOut = await actor.handOutFor('protobuf');
    expect(await handedOut.count()).toBe(1);
  });

  test('U45 a value that holds such a proxy is refused alike, and without the option the object goes everywhere', async () => {
    await using actor = await Offering.spawn();
    expect(await failure(actor.handOutInside('msgpack'))).toMatchObject({ code: 'SERIALIZER_MISMATCH' });
    expect(await actor.handOutInside('superjson')).toHaveLength(1);
    // Without the option, the same object can be sent over all connections.
    await using plain = await actor.handOutFor(undefined);
    expect(await plain.count()).toBeGreaterThan(0);
  });

  test('U45 each must be known, to the owner and in the process of the actor', async () => {
    const unknown = await failure(Encoded.with({ serializers: ['superjson', 'morse'] }).spawn());
    expect(unknown).toMatchObject({ name: 'SerializerError', code: 'UNKNOWN_SERIALIZER' });
    registerSerializer({ ...msgpack, name: 'known-here-alone' });
    const there = await failure(Encoded.with({ serializers: ['superjson', 'known-here-alone'] }).spawn());
    expect(there).toMatchObject({ name: 'SerializerError', code: 'UNKNOWN_SERIALIZER', executed: 'no' });
    expect(String(there)).toMatch(/process of Encoded .*no serializer 'known-here-alone'/);
  });

  test('U45 proxy() refuses a serializer that nobody registered', async () => {
    await using actor = await Offering.spawn();
    expect(await failure(actor.handOutFor('morse'))).toMatchObject({ code: 'UNKNOWN_SERIALIZER' });
    expect(
      await failure(actor.handOutFor('superjson').then((proxy) => actor.handOnFor(proxy, 'superjson'))),
    ).toBeInstanceOf(TypeError);
  });

  test('U45 anything but a list of serializers is refused where the class is used', () => {
    for (const serializers of ['msgpack', [], [7], [{}]]) {
      const error = thrown(() => Reflect.apply(Encoded.with, Encoded, [{ serializers }]));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toMatch(/serializers must be a list of names of serializers/);
    }
  });
});
