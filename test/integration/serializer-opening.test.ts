import { randomBytes } from 'node:crypto';
import { Encoded } from '#fixtures/encoded.js';
import { Plain } from '#fixtures/plain.js';
import type { CodecContext, Serializer } from 'uactor/plugin';
import { msgpack } from 'uactor/serializers/msgpack';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';

/** A serializer whose `open` does as given, whatever its type allows. */
function opening(open: (context: CodecContext) => unknown): Serializer {
  return Object.assign({}, msgpack, { name: 'closed', open });
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
