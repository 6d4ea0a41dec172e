/**
 * The other end of the raw ping-pong: sends back everything that it reads. Runs over the inherited pipe, or as a server on the
 * path or port of its argument; then it writes its address to the pipe.
 */
import { createServer, Socket } from 'node:net';

const pipe = new Socket({ fd: 3 });
const place = process.argv[2];
if (place === undefined) {
  pipe.on('data', (chunk: Buffer) => pipe.write(chunk));
} else {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', (chunk: Buffer) => socket.write(chunk));
  });
  const listening = (): void => {
    const address = server.address();
    pipe.write(typeof address === 'string' ? address : String(address?.port));
  };
  if (/^\d+$/.test(place)) server.listen(Number(place), '127.0.0.1', listening);
  else server.listen(place, listening);
  pipe.resume();
  pipe.on('close', () => process.exit());
}
