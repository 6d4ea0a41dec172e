/**
 * The other end of {@link Bare}: decodes a call, runs it, sends the result. Runs over the inherited pipe, or as a server on its
 * own port, which it reports over the pipe.
 */
import { createServer, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { BareReader, BareWriter, KIND, METHOD, newCoder, TLS, TLS_KEY } from './bare-stream.ts';

const pipe = { fd: 3 };
const carrier = process.argv[2];
if (carrier === 'tcp' || carrier === 'tls') {
  const owner = new Socket(pipe);
  const serve = (socket: Socket): void => {
    const { read } = answerOver(socket);
    socket.on('data', (chunk: Buffer) => read(chunk));
  };
  const server =
    carrier === 'tcp'
      ? createServer({ noDelay: true }, serve)
      : createTlsServer({ ...TLS, noDelay: true, pskCallback: () => TLS_KEY.psk }, serve);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    owner.write(typeof address === 'object' ? String(address?.port) : '');
  });
  owner.resume();
  owner.on('close', () => process.exit());
} else {
  const buffer = Buffer.allocUnsafeSlow(64 * 1024);
  const onread = {
    buffer,
    callback: (bytes: number): boolean => {
      read(buffer.subarray(0, bytes));
      return true;
    },
  };
  const options = { ...pipe, onread };
  const socket = new Socket(options);
  const { read } = answerOver(socket);
  socket.resume();
}

function answerOver(socket: Socket): { readonly read: (chunk: Buffer) => void } {
  const coder = newCoder();
  const writer = new BareWriter(socket);
  const reader = new BareReader((_kind, id, method, payload) => {
    const args: unknown = coder.unpack(payload);
    if (Array.isArray(args)) writer.send(KIND.reply, id, method, call(method, args));
  });
  return {
    read: (chunk) => {
      reader.push(chunk);
      writer.flush();
    },
  };
}

function call(method: number, args: readonly unknown[]): unknown {
  const [first, second] = args;
  if (method === METHOD.add) return Number(first) + Number(second);
  return method === METHOD.echo ? first : undefined;
}
