import { expect, test } from 'vitest';
import { StreamInput } from '../../core/seam/stream-connection.ts';

/** Returns the memory into which the socket reads next. */
function next({ onread: { buffer } }: StreamInput): Uint8Array {
  return typeof buffer === 'function' ? buffer() : buffer;
}

/** Records the bytes read; large chunks go into `room`, if any. */
function taker(got: string[], room?: () => Uint8Array | undefined): Parameters<StreamInput['deliverTo']>[0] {
  return {
    read: (buffer, bytes) => got.push(buffer.toString('latin1', 0, bytes)),
    get wanted() {
      return room?.();
    },
    filled: (bytes) => got.push(`${bytes} in place`),
  };
}

/** Simulates the socket: writes the bytes read into the same buffer each time. */
function read(input: StreamInput, text: string): void {
  const { callback } = input.onread;
  const buffer = next(input);
  const bytes = Buffer.from(text);
  buffer.set(bytes);
  callback(bytes.length, buffer);
}

test('bytes that arrive before there is a reader are kept, and delivered first, asynchronously', async () => {
  const input = new StreamInput();
  read(input, 'one ');
  read(input, 'two ');
  const got: string[] = [];
  input.deliverTo(taker(got));
  expect(got).toEqual([]);
  read(input, 'three ');
  await new Promise((resolve) => setImmediate(resolve));
  read(input, 'four');
  expect(got).toEqual(['one ', 'two ', 'three ', 'four']);
});

test('later bytes are delivered at once, in one reused memory', () => {
  const input = new StreamInput();
  const got: string[] = [];
  input.deliverTo(taker(got));
  const memory = next(input);
  read(input, 'one');
  expect(got).toEqual(['one']);
  expect(next(input)).toBe(memory);
});

test('bytes are read directly into memory that the reader provides', () => {
  const input = new StreamInput();
  const got: string[] = [];
  let room: Uint8Array | undefined = undefined;
  input.deliverTo(taker(got, () => room));
  read(input, 'one');
  room = Buffer.alloc(10);
  read(input, 'two');
  expect(got).toEqual(['one', '3 in place']);
  expect(Buffer.from(room).toString('latin1', 0, 3)).toBe('two');
  room = undefined;
  read(input, 'three');
  expect(got[2]).toBe('three');
});
