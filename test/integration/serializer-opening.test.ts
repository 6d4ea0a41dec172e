import { randomBytes } from 'node:crypto';
import { Encoded } from '#fixtures/encoded.js';
import { Plain } from '#fixtures/plain.js';
import type { Codec, CodecContext, Serializer } from 'uactor/plugin';
import { compressed } from 'uactor/serializers/compressed';
import { msgpack } from 'uactor/serializers/msgpack';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';

/** A serializer whose `open` does as given, whatever its type allows. */
function opening(open: (context: CodecContext) => unknown): Serializer {
  return Object.assign({}, msgpack, { name: 'closed', open });
}

/** Returns a codec as its methods, for codecs that replace some of them. */
function codecOf(context: CodecContext): Pick<Codec, 'encode' | 'decode'> {
  const codec = msgpack.open(context);
  return {
    encode: (value, output, maxNodes) => codec.encode(value, output, maxNodes),
    decode: (bytes) => codec.decode(bytes),
  };
}

const DEMAND = "the serializer 'closed': open() must return a codec, an object with encode() and decode()";

const FAULTS: Readonly<Record<string, readonly [serializer: Serializer, message: string]>> = {
  throws: [
    opening(() => {
      throw new Error('out of order');
    }),
    'Error: out of order',
  ],
  'returns nothing': [opening(() => undefined), `TypeError: ${DEMAND}; it returned undefined`],
  'returns a promise': [opening(async () => await Promise.resolve({})), `TypeError: ${DEMAND}; it returned a promise`],
  'returns a codec whose encode() is async': [
    opening((context) => ({ ...codecOf(context), encode: async () => await Promise.reject(new Error('later')) })),
    "TypeError: the serializer 'closed': encode() must not be async, because a message is complete when it returns: do the work synchronously",
  ],
  'returns a codec whose decode() is async': [
    opening((context) => ({ ...codecOf(context), decode: async () => await Promise.resolve() })),
    "TypeError: the serializer 'closed': decode() must not be async, because a message is complete when it returns: do the work synchronously",
  ],
  'returns half a codec': [
    opening(() => ({ encode: () => undefined })),
    `TypeError: ${DEMAND}; it returned another object`,
  ],
};

test('U45 a serializer that carries no extensions is named by the spawn', async () => {
  expect(String(await failure(Plain.spawn()))).toMatch(
    /^UActorError: the process of Plain did not reply with an actor: the serializer 'plain-json' did not carry its proxy/,
  );
});

describe('a serializer whose open() fails', () => {
  // The hooks of `leaks.ts` check that no process is left.
  for (const [title, [serializer, message]] of Object.entries(FAULTS)) {
    test(`U45 because it ${title} rejects the spawn, and no process is left`, async () => {
      expect(String(await failure(Encoded.with({ serializer, stdio: 'ignore' }).spawn()))).toBe(message);
    });
  }

  test.each([
    ['an error', new Error('out of order')],
    ['a value that cannot be shown', { toString: 1 }],
  ])(
    'U45 with %s for one connection of a served actor fails that connection, and the next one works',
    async (_what, fault) => {
      let opened = 0;
      let faulty = 0;
      const serializer: Serializer = {
        name: 'flawed',
        open: (context) => {
          if (++opened === faulty) AbortSignal.abort(fault).throwIfAborted();
          return msgpack.open(context);
        },
      };
      const authkey = randomBytes(32);
      const server = await Encoded.serve({ serializer, authkey, address: 'tcp://127.0.0.1:0' });
      const connect = async (): Promise<unknown> => {
        await using actor = await Encoded.connect(server.address, { authkey, ownConnection: true });
        return await actor.echo('on');
      };
      // At the end that opens its codec first, and at the other.
      for (faulty of [1, 2]) {
        opened = 0;
        const error = await failure(connect());
        if (error !== fault) expect(error).toMatchObject({ message: expect.stringMatching(/connection .* was lost/) });
        expect(await connect()).toBe('on');
      }
      await server.close();
    },
  );
});

/** A value that the codecs below do not handle. */
const REFUSED = 'not this one';

const isRefused = (value: unknown): boolean => JSON.stringify([value]).includes(REFUSED);

/** Codecs that treat one value wrongly, and the error of a call with it, or of its result. */
const MISTAKEN: Readonly<
  Record<string, readonly [change: (codec: Pick<Codec, 'encode' | 'decode'>) => object, code: string, message: RegExp]>
> = {
  'encode() returns a promise': [
    ({ encode }) => ({
      encode: (...[value, output]: Parameters<typeof encode>) =>
        isRefused(value) ? Promise.reject(new Error('later')) : encode(value, output),
    }),
    'UNSERIALIZABLE',
    /the serializer's encode\(\) returned a promise, but it must be synchronous: write the whole value/,
  ],
  'encode() throws': [
    ({ encode }) => ({
      encode: (...[value, output]: Parameters<typeof encode>) => {
        if (isRefused(value)) throw new Error('no room');
        encode(value, output);
      },
    }),
    'UNSERIALIZABLE',
    /the serializer failed to encode a value; see the cause/,
  ],
  'decode() returns a promise': [
    ({ decode }) => ({
      decode: (bytes: Uint8Array) => {
        const value = decode(bytes);
        return isRefused(value) ? Promise.reject(new Error('later')) : value;
      },
    }),
    'INVALID_PAYLOAD',
    /the serializer's decode\(\) returned a promise, but it must be synchronous: return the value itself/,
  ],
};

describe.each(Object.entries(MISTAKEN))('a serializer whose %s', (_title, [change, code, message]) => {
  const open = (context: CodecContext): Codec => {
    const codec = codecOf(context);
    return { ...codec, ...change(codec) };
  };

  test.each([
    ['', { name: 'mistaken', open }],
    [' inside compressed()', compressed({ name: 'mistaken', open })],
  ])('U45%s rejects the call, and the next one works', async (_where, serializer) => {
    const authkey = randomBytes(32);
    const server = await Encoded.serve({ serializer, authkey, address: 'tcp://127.0.0.1:0' });
    const actor = await Encoded.connect(server.address, { authkey, ownConnection: true });
    expect(await failure(actor.echo(REFUSED))).toMatchObject({
      name: 'SerializerError',
      code,
      message: expect.stringMatching(message),
    });
    // A result that is wrong, after arguments that are not.
    expect(await failure(actor.joined('not this ', 'one'))).toMatchObject({
      name: 'SerializerError',
      code,
      message: expect.stringMatching(message),
    });
    expect(await actor.echo('on')).toBe('on');
    actor[Symbol.dispose]();
    await server.close();
  });
});

describe('a serializer whose encode() fails for every reply', () => {
  let isFaulty = false;
  const serializer: Serializer = {
    name: 'mute',
    open: (context) => {
      const codec = msgpack.open(context);
      return {
        encode: (value, output, maxNodes) => {
          // Calls are lists of arguments.
          if (isFaulty && !Array.isArray(value)) throw new Error('out of order');
          codec.encode(value, output, maxNodes);
        },
        decode: (bytes) => codec.decode(bytes),
      };
    },
  };

  test('U45 ends only its connection, with an error that names it', async () => {
    isFaulty = false;
    const authkey = randomBytes(32);
    await using server = await Encoded.serve({ serializer, authkey, address: 'tcp://127.0.0.1:0' });
    await using actor = await Encoded.connect(server.address, { authkey });
    expect(await actor.echo('on')).toBe('on');
    isFaulty = true;
    const error = await failure(actor.echo('on'));
    expect(error).toMatchObject({
      code: 'PROTOCOL',
      executed: 'maybe',
      message: expect.stringContaining(
        "the serializer 'mute' of the called process cannot encode an error: Error: out of order",
      ),
    });
    isFaulty = false;
    expect(await actor.echo('on')).toBe('on');
  });
});
