import { describe, expect, test } from 'vitest';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { assertSame, CodecPair, serializerError } from '../conformance/codec-pair.ts';

/** Returns views of memory that was transferred, as to a worker thread, and the memory itself. */
function transferred(): readonly object[] {
  const memory = new ArrayBuffer(8);
  const views = [memory, new Uint8Array(memory), new Float64Array(memory), new DataView(memory), Buffer.from(memory)];
  structuredClone(memory, { transfer: [memory] });
  return views;
}

describe.each([superjson, msgpack, protobuf])('$name', (serializer) => {
  test('U46 bytes whose memory was transferred are rejected with their path, and empty bytes arrive', () => {
    const pair = new CodecPair(serializer);
    for (const view of transferred()) {
      for (const rows of [[view], [new URL('http://h/'), view]]) {
        const error = serializerError(() => pair.encode({ rows }));
        expect([error.code, error.path]).toEqual(['UNSERIALIZABLE', `$.rows[${rows.length - 1}]`]);
        expect(error.message).toContain('whose memory was transferred away');
      }
    }
    const empty = [new ArrayBuffer(0), new Uint8Array(), new DataView(new ArrayBuffer(0)), Buffer.alloc(0)];
    assertSame(pair.send(empty), empty);
  });

  test('F07 an object whose keys cannot be read is rejected with its path and the cause', () => {
    const cause = new Error('the trap');
    const silent = new Proxy(
      {},
      {
        ownKeys() {
          throw cause;
        },
      },
    );
    const pair = new CodecPair(serializer);
    const error = serializerError(() => pair.encode({ rows: [new Date(1), { silent }] }));
    expect([error.code, error.path, error.cause]).toEqual(['UNSERIALIZABLE', '$.rows[1].silent', cause]);
    assertSame(pair.send({ still: 'works' }), { still: 'works' });
  });
});
