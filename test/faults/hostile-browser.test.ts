/** Data that a page in a browser can make it send to an actor on this machine: requests, with and without TLS. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, type Socket } from 'node:net';
import { Counter } from '#fixtures/counter.js';
import type { Remote } from 'uactor';
import { afterAll, describe, expect, test } from 'vitest';
import { Authority } from '../support/certificates.ts';
import '../support/leaks.ts';
import { shared } from '../support/shared.ts';

const authkey = 'a key of more than sixteen bytes';
const authority = new Authority();
const tls = authority.issue();
afterAll(() => {
  authority[Symbol.dispose]();
});

const MODES = { key: {}, certificates: { tls }, none: { encryption: false } } as const;

/** The message of an actor without TLS to a client that expected it; it may be lost when the connection is reset. */
const NOT_TLS = 'uactor here, without TLS\n';

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

const REQUESTS: readonly (readonly [string, string])[] = [
  [
    'a WebSocket of a foreign page',
    `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\n${UPGRADE}\r\n`,
  ],
  ['a WebSocket without an origin', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: null\r\n${UPGRADE}\r\n`],
  ['a host that is none', `GET / HTTP/1.1\r\nHost: \u0001\u001B[31m\r\n\r\n`],
  ['2,000 headers', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${'X-Header: value\r\n'.repeat(2_000)}\r\n`],
  // A form may have any body, so the bytes that an actor expects may follow the headers.
  [
    'a form',
    'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\nuactor plain\n'.padEnd(1_000_000, 'x'),
  ],
];

const ACTORS = Object.entries(MODES).map(([mode, tcp]) => ({
  mode,
  counter: shared(() =>
    Counter.with({ address: 'tcp://127.0.0.1:0', authkey, transport: { tcp }, stdio: 'ignore' }).spawn(),
  ),
}));

async function everyMode(body: (counter: Remote<typeof Counter>, mode: string) => Promise<void>): Promise<void> {
  for (const { mode, counter } of ACTORS) {
    await body(counter(), mode);
    expect(await counter().add(1, 2), mode).toBe(3);
  }
}

/** Resolves to the bytes received until the actor closes the connection. */
async function answerTo(address: string | undefined, text: string): Promise<Buffer> {
  const socket: Socket = connect({ host: '127.0.0.1', port: portOf(address) });
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  // The connection may be cut off in the middle of the request.
  socket.on('error', () => socket.destroy());
  socket.write(text);
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  return Buffer.concat(received);
}

function portOf(address: string | undefined): number {
  return Number(new URL(address ?? '').port);
}

describe('a browser', () => {
  test.each(REQUESTS)("H01 H20 gets no reply to %s, whatever the actor's protection", async (_what, text) => {
    await everyMode(async (counter, mode) => {
      const answer = await answerTo(counter.connectionAddress, text);
      if (mode === 'none') expect(NOT_TLS).toContain(answer.toString());
      // TLS reports an error in a record of seven bytes that begins with 21.
      else if (answer.length > 0) expect([answer.length, answer[0]], mode).toEqual([7, 21]);
    });
  });

  test.each([
    ['http', requestHttp],
    ['https', requestHttps],
  ] as const)('H20 cannot enter by %s', async (_scheme, request) => {
    await everyMode(async (counter, mode) => {
      const attempt = request({
        host: '127.0.0.1',
        port: portOf(counter.connectionAddress),
        agent: false,
        rejectUnauthorized: false,
      });
      const outcome = new Promise((resolve) => {
        attempt.on('response', ({ statusCode }) => resolve(statusCode));
        attempt.on('error', () => resolve('nothing'));
      });
      attempt.end();
      expect(await outcome, mode).toBe('nothing');
    });
  });
});
