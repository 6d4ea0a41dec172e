/** The other end of the raw ping-pong: sends back what it reads, and nothing else. */
import { Socket } from 'node:net';

const pipe = new Socket({ fd: 3 });
pipe.on('data', (chunk: Buffer) => pipe.write(chunk));
