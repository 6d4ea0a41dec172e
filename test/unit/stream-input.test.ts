import { expect, test } from 'vitest';
import { StreamInput } from '../../core/seam/stream-input.ts';

/** What the socket does with bytes that it has read: into the one buffer, over and over. */
function read(input: StreamInput, text: string): void {
  const { buffer, callback } = input.onread;
  if (!(buffer instanceof Uint8Array)) throw new Error('the input has no buffer of its own');
  const bytes = Buffer.from(text);
  buffer.set(bytes);
  callback(bytes.length, buffer);
}

test('what arrives before there is a reader is kept, and delivered first, but not within the call', async () => {
  const input = new StreamInput();
  read(input, 'one ');
  read(input, 'two ');
  const got: string[] = [];
  input.deliverTo((chunk) => got.push(Buffer.from(chunk).toString()));
  expect(got).toEqual([]);
  read(input, 'three ');
  await new Promise((resolve) => setImmediate(resolve));
  read(input, 'four');
  expect(got).toEqual(['one ', 'two ', 'three ', 'four']);
});

test('what arrives later is delivered at once, where it lies', () => {
  const input = new StreamInput();
  const got: Uint8Array[] = [];
  input.deliverTo((chunk) => got.push(chunk));
  read(input, 'one');
  expect(got.map((chunk) => Buffer.from(chunk).toString())).toEqual(['one']);
  expect(got[0]?.buffer).toBe(input.onread.buffer instanceof Uint8Array ? input.onread.buffer.buffer : undefined);
});
