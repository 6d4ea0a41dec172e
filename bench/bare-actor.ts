/** The other end of {@link Bare}: decodes a call, makes it, sends the result. */
import { Socket } from 'node:net';
import { BareReader, BareWriter, KIND, METHOD, newCoder } from './bare-stream.ts';

const coder = newCoder();
const buffer = Buffer.allocUnsafeSlow(64 * 1024);
const options = {
  fd: 3,
  onread: {
    buffer,
    callback: (bytes: number): boolean => {
      reader.push(buffer.subarray(0, bytes));
      writer.flush();
      return true;
    },
  },
};
const pipe = new Socket(options);
const writer = new BareWriter(pipe);
const reader = new BareReader((_kind, id, method, payload) => {
  const args: unknown = coder.unpack(payload);
  if (Array.isArray(args)) writer.send(KIND.reply, id, method, call(method, args));
});
pipe.resume();

function call(method: number, args: readonly unknown[]): unknown {
  const [first, second] = args;
  if (method === METHOD.add) return Number(first) + Number(second);
  return method === METHOD.echo ? first : undefined;
}
