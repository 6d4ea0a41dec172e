import { describe, expect, test } from 'vitest';
import { Output } from '../../core/seam/output.ts';
import type { Serializer } from '../../core/seam/serializer.ts';
import { compressed } from '../../serializers/compressed/index.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';
import { SAMPLES } from '../conformance/values.ts';

const SERIALIZERS: readonly (readonly [name: string, serializer: Serializer])[] = [
  ['superjson', superjson],
  ['msgpack', msgpack],
  ['protobuf', protobuf],
  ['superjson+deflate', compressed(superjson, { thresholdBytes: 0 })],
];
const MAX_NODES = 100_000;

/** Returns the error that `body` throws, if any. */
function errorOf(body: () => unknown): unknown {
  try {
    body();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Returns the bytes of a value for a reader that accepts `maxNodes` values, or the writer's error. */
function written(serializer: Serializer, value: unknown, maxNodes: number): { bytes?: Buffer; error?: unknown } {
  const output = new Output();
  const error = errorOf(() => new CodecPair(serializer).sender.encode(value, output, maxNodes));
  return error === undefined ? { bytes: Buffer.concat(output.take()) } : { error };
}

/** Returns the smallest `maxNodes` for which `isEnough` holds; it holds for all larger ones. */
function least(isEnough: (maxNodes: number) => boolean): number {
  let [no, yes] = [0, MAX_NODES];
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2);
    if (isEnough(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

/** Whether a reader that accepts at most `maxNodes` values reads the message. */
function isRead(serializer: Serializer, bytes: Buffer, maxNodes: number): boolean {
  return errorOf(() => new CodecPair(serializer, { maxNodes }).receiver.decode(bytes)) === undefined;
}

describe.each(SERIALIZERS)('messages that %s writes for a reader with a limit of values', (_name, serializer) => {
  test.each(SAMPLES)('U49 $title: the writer accepts exactly the messages that the reader accepts', ({ make }) => {
    const { bytes = Buffer.of() } = written(serializer, make(), MAX_NODES);
    const read = least((maxNodes) => isRead(serializer, bytes, maxNodes));
    const wrote = least((maxNodes) => written(serializer, make(), maxNodes).error === undefined);
    expect(wrote).toBe(read);
    if (read > 1) {
      expect(written(serializer, make(), read - 1).error).toMatchObject({
        code: 'MESSAGE_TOO_LARGE',
        message: expect.stringContaining('limits.maxNodes'),
      });
    }
  });

  test('U49 after a rejected message the next message is complete', () => {
    const pair = new CodecPair(serializer);
    const output = new Output();
    output.mark();
    const rows = Array.from({ length: 20 }, (_, id) => ({ id, name: `n${id}` }));
    expect(errorOf(() => pair.sender.encode(rows, output, 30))).toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    output.rewind();
    pair.sender.discarded?.();
    expect(pair.send(rows.slice(0, 3))).toEqual(rows.slice(0, 3));
  });
});
