/**
 * A peer that is written only from docs/protocol.md, without a line of the library: it greets, requests the actor, and calls it with
 * each serializer, with the payloads in the document.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { Remote } from 'uactor';
import { Target } from '#fixtures/target.js';
import { parseAddress } from '../../transports/ipc/address.ts';
import { payloadExamples } from '../support/protocol-payloads.ts';
import { ASK_FOR_ACTOR, callMessage, HELLO, RawKind, textOf } from '../support/raw-messages.ts';
import { RawPeer } from '../support/raw-peer.ts';
import '../support/leaks.ts';

const KEY = 'the key that a peer of another make knows';
/** Tags whose meaning depends on the sender's objects. */
const OWN_ONLY = new Set(['[own]', 'error']);

/** Returns the payload of a list with one value, given the payload of the value. */
const LIST_OF: Readonly<Record<string, (payload: Buffer) => Buffer | undefined>> = {
  // Only values whose text does not depend on the path of an annotation.
  superjson: (payload) => {
    if (payload[0] !== 0) return undefined;
    const text = payload.toString('latin1', 1);
    const bare = /^\{"json":(.*)\}$/.exec(text)?.[1];
    const marked = /^\{"json":(.*),"meta":\{"values":(\[.*\]),"v":1\}\}$/.exec(text);
    if (marked) return Buffer.from(`\0{"json":[${marked[1]}],"meta":{"values":{"0":${marked[2]}},"v":1}}`, 'latin1');
    return text.includes('"meta"') ? undefined : Buffer.from(`\0{"json":[${bare}]}`, 'latin1');
  },
  msgpack: (payload) => Buffer.concat([payload.subarray(0, 1), Buffer.of(0x91), payload.subarray(1)]),
  // Field 6 of the Value is a list, whose field 1 is the item; a reference counts the list as object 0.
  protobuf: (payload) => Buffer.concat([Buffer.of(0x32, payload.length + 2, 0x0a, payload.length), payload]),
};

let target: Remote<typeof Target> | undefined;
afterEach(async () => {
  await target?.shutdown();
  target = undefined;
});

describe.each(Object.entries(LIST_OF))('a peer written from the description alone, with %s', (serializer, listOf) => {
  test('U45 H37 calls an actor, and is answered with the bytes that the description gives', async () => {
    target = await Target.with({ authkey: KEY, serializer }).spawn();
    const examples = payloadExamples(serializer).filter(({ text }) => !OWN_ONLY.has(text));
    let called = 0;
    for (const { text, bytes } of examples) {
      const args = listOf(bytes);
      if (args === undefined || (serializer === 'protobuf' && /object|cycle/.test(text))) continue;
      // The shapes of `msgpack` belong to a connection, so each value gets its own connection.
      using peer = await RawPeer.connect(parseAddress(String(target.connectionAddress)), Buffer.from(KEY), {
        serializer,
      });
      peer.send(HELLO, ASK_FOR_ACTOR);
      const exposure = textOf(await peer.next('the exposure', ({ kind }) => kind === RawKind.EXPOSURE));
      const methods: unknown = Array.isArray(exposure) ? exposure[1] : undefined;
      const operation = Array.isArray(methods) ? methods.indexOf('echo') : -1;
      await peer.reply(0);
      peer.send(callMessage({ call: 1, operation, args }));
      const { kind, body } = await peer.reply(1);
      expect(kind, text).toBe(RawKind.RESULT);
      expect(body.subarray(6).toString('hex'), text).toBe(bytes.toString('hex'));
      called++;
    }
    expect(called).toBeGreaterThan(6);
  });
});
