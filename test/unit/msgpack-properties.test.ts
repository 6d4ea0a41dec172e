import { Packr } from 'msgpackr/pack';
import { expect, test } from 'vitest';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';
import { serializerProperties } from '../support/serializer-properties.ts';

serializerProperties(msgpack);

test('the package msgpackr reads a message of standard MessagePack values', () => {
  const reader = new Packr({ sequential: true, mapsAsObjects: false });
  const pair = new CodecPair(msgpack);
  for (const value of [[1, 'two', { three: 3 }], { rows: [{ id: 1 }, { id: 2 }] }, new Map([[1, new Date(5)]])]) {
    const bytes = pair.encode(value);
    expect(bytes[0]).toBe(0);
    expect(reader.unpack(bytes.subarray(1))).toStrictEqual(value);
  }
});
