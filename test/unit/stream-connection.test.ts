import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, Socket, connect as tcpConnect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { StreamConnection, StreamInput } from '../../core/seam/stream-connection.ts';
import type { ConnectionInfo } from '../../core/seam/transport.ts';
import { pattern, Side, turn, within } from '../conformance/transport-pair.ts';

const INFO: ConnectionInfo = { peer: 'pipe', local: true, encrypted: true, authenticated: true };
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

afterEach(() => {
  vi.useRealTimers();
});

/** Runs `body` with a TCP connection, created with or without `onread`, and the bare socket at its other end. */
async function withSocket(
  reading: 'onread' | 'data',
  body: (side: Side, peer: Socket) => Promise<void>,
  allowHalfOpen = false,
): Promise<void> {
  const server = createServer({ allowHalfOpen });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const { port } = address;
  const arrival = once(server, 'connection');
  const input = reading === 'onread' ? new StreamInput() : undefined;
  const socket = tcpConnect({ port, host: '127.0.0.1', ...(input === undefined ? {} : { onread: input.onread }) });
  const connection = new StreamConnection(socket, INFO, input);
  await once(socket, 'connect');
  const [peer]: Socket[] = await arrival;
  if (peer === undefined) throw new Error('The server accepted no connection.');
  peer.on('error', () => undefined);
  const side = new Side(connection);
  try {
    await body(side, peer);
  } finally {
    connection.destroy();
    peer.destroy();
    await within('closed', side.hasClosed());
    server.close();
    await once(server, 'close');
  }
}

/** Runs JavaScript in another process whose descriptor 3 is a pipe, with `openFd` and `INFO` available. */
function child(source: string): { readonly process: ChildProcess; readonly side: Side } {
  const module = new URL('../../core/seam/stream-connection.ts', import.meta.url).href;
  const prelude = `import { openFd } from ${JSON.stringify(module)}; const INFO = ${JSON.stringify(INFO)};`;
  const spawned = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', prelude + source], {
    cwd: PROJECT,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const pipe = spawned.stdio[3];
  if (!(pipe instanceof Socket)) throw new Error('The child has no pipe.');
  return { process: spawned, side: new Side(new StreamConnection(pipe, INFO)) };
}

describe('StreamConnection', () => {
  for (const reading of ['onread', 'data'] as const) {
    test(`a reset is the cause of closing (${reading})`, async () => {
      await withSocket(reading, async (side, peer) => {
        peer.resetAndDestroy();
        await within('closed', side.hasClosed());
        expect(side.causes[0]).toMatchObject({ code: 'ECONNRESET' });
      });
    });

    test(`writing to an end that vanished is the cause of closing (${reading})`, async () => {
      await withSocket(reading, async (side, peer) => {
        side.connection.pause();
        peer.resetAndDestroy();
        while (side.causes.length === 0) {
          side.connection.write([Buffer.from('anybody there?')]);
          await turn();
        }
        expect(side.causes[0]).toBeInstanceOf(Error);
        expect(side.causes).toHaveLength(1);
      });
    });

    test(`an orderly end has no cause, and follows the bytes sent before it (${reading})`, async () => {
      await withSocket(reading, async (side, peer) => {
        peer.end('good bye');
        await within('closed', side.hasClosed());
        expect(side.bytes().toString()).toBe('good bye');
        expect(side.causes).toEqual([undefined]);
      });
    });

    test(`bytes written before the other end closed its half are still sent (${reading})`, async () => {
      await withSocket(
        reading,
        async (side, peer) => {
          const bytes = pattern(12_000_000);
          peer.pause();
          side.connection.write([bytes]);
          peer.end();
          const hash = createHash('sha256');
          peer.on('data', (chunk: Buffer) => hash.update(chunk));
          peer.resume();
          await within('the end', once(peer, 'end'));
          expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
          await within('closed', side.hasClosed());
          expect(side.causes).toEqual([undefined]);
        },
        true,
      );
    });

    test(`an end that never closes its half is given up after 5 s (${reading})`, async () => {
      await withSocket(
        reading,
        async (side, peer) => {
          vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
          side.connection.write([Buffer.from('last')]);
          side.connection.end();
          peer.resume();
          await once(peer, 'end');
          await turn();
          vi.advanceTimersByTime(4_999);
          await turn();
          expect(side.causes).toEqual([]);
          vi.advanceTimersByTime(1);
          vi.useRealTimers();
          await within('closed', side.hasClosed());
          expect(side.causes).toEqual([undefined]);
        },
        true,
      );
    });
  }

  test('chunks written together leave in one write', async () => {
    await withSocket('onread', async (side, peer) => {
      const chunks: string[] = [];
      peer.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
      side.connection.write([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')]);
      await within('the bytes', once(peer, 'data'));
      expect(chunks).toEqual(['abc']);
    });
  });

  test('bytesQueued decreases while a huge chunk is sent', async () => {
    await withSocket('onread', async (side, peer) => {
      peer.pause();
      const bytes = pattern(40_000_000);
      expect(side.connection.write([bytes])).toBe(false);
      expect(side.connection.bytesQueued).toBeLessThanOrEqual(bytes.length);
      const before = side.connection.bytesQueued;
      let taken = 0;
      const halfway = new Promise<void>((resolve) => {
        peer.on('data', (chunk: Buffer) => {
          taken += chunk.length;
          if (taken < bytes.length / 2 || taken - chunk.length >= bytes.length / 2) return;
          peer.pause();
          resolve();
        });
      });
      peer.resume();
      await within('half of it', halfway);
      expect(side.connection.bytesQueued).toBeLessThan(before - 10_000_000);
      expect(side.connection.bytesQueued).toBeGreaterThan(0);
      expect(side.drains).toBe(0);
      peer.resume();
      await within('drained', side.hasDrained());
      expect(side.drains).toBe(1);
    });
  });

  test('a write behind a waiting write keeps its position, and end comes last', async () => {
    await withSocket('onread', async (side, peer) => {
      const bytes = pattern(10_000_000);
      peer.pause();
      side.connection.write([bytes]);
      side.connection.write([Buffer.from('x')]);
      side.connection.write([Buffer.from('y'), Buffer.from('z')]);
      side.connection.end();
      side.connection.write([Buffer.from('ignored')]);
      const received: Buffer[] = [];
      peer.on('data', (chunk: Buffer) => received.push(chunk));
      peer.resume();
      await within('the end', once(peer, 'end'));
      expect(Buffer.compare(Buffer.concat(received), Buffer.concat([bytes, Buffer.from('xyz')]))).toBe(0);
    });
  });

  test('opening twice is rejected', async () => {
    await withSocket('data', async (side) => {
      expect(() => side.connection.open(side)).toThrow(/open already/);
    });
  });

  test('50 MB over an inherited pipe arrive unchanged in both directions', async () => {
    const { side, process: other } = child(`
      const connection = openFd(3, INFO);
      connection.open({
        data(chunk) {
          if (!connection.write([Buffer.from(chunk)])) connection.pause();
        },
        drained() { connection.resume(); },
        closed(cause) { if (cause) throw cause; },
      });
    `);
    const exited = once(other, 'exit');
    const bytes = pattern(50_000_000);
    const hash = createHash('sha256');
    side.connection.write([bytes]);
    await within('all of it back', side.received(bytes.length));
    hash.update(side.bytes());
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    side.connection.end();
    await within('closed', side.hasClosed());
    expect(side.causes).toEqual([undefined]);
    expect(await exited).toEqual([0, null]);
  }, 15_000);

  test('U18 a connection that must not keep its process alive does not', async () => {
    const { side, process: other } = child(`
      const connection = openFd(3, INFO);
      connection.open({ data() {}, drained() {}, closed() {} });
      connection.hold(false);
      connection.write([Buffer.from('leaving')]);
    `);
    const exited = once(other, 'exit');
    await within('closed', side.hasClosed());
    expect(side.bytes().toString()).toBe('leaving');
    expect(await exited).toEqual([0, null]);
  });

  test('F01 a killed process closes the pipe after the bytes that it had sent', async () => {
    const { side, process: other } = child(`
      const connection = openFd(3, INFO);
      connection.open({ data() {}, drained() {}, closed() {} });
      connection.write([Buffer.from('alive')]);
    `);
    const exited = once(other, 'exit');
    await within('the bytes', side.received(5));
    other.kill('SIGKILL');
    await within('closed', side.hasClosed());
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  test('an error of the receiver surfaces', async () => {
    const { side, process: other } = child(`
      const connection = openFd(3, INFO);
      process.on('uncaughtException', (error) => process.exit(error.message === 'a bug' ? 42 : 1));
      connection.open({ data() { throw new Error('a bug'); }, drained() {}, closed() {} });
    `);
    const exited = once(other, 'exit');
    side.connection.write([Buffer.from('x')]);
    expect(await exited).toEqual([42, null]);
    await within('closed', side.hasClosed());
  });
});
