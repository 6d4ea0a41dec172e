import type { TestFunctions } from './test-functions.ts';
import {
  connect,
  Pair,
  pattern,
  Side,
  type TransportSubject,
  turn,
  withAddress,
  within,
  withListener,
} from './transport-pair.ts';
import { reachingTests } from './transport-reach.ts';

export type { TransportSubject } from './transport-pair.ts';

/** How long a test may take, in milliseconds: longer than any of its waits. */
const TIMEOUT_MS = 30_000;

/**
 * Tests that a transport keeps every promise of the seam that can be observed from outside. `ipc` and `socket` pass the same
 * tests. Takes at most a few seconds, and leaves nothing behind.
 *
 * @example
 * import { describe, expect, test } from 'vitest';
 * transportConformance({ describe, expect, test }, { transport: mine, address: () => 'mine://somewhere' });
 */
export function transportConformance(functions: TestFunctions, subject: TransportSubject): void {
  const { describe, expect } = functions;
  const { transport } = subject;
  const test = (name: string, body: () => Promise<void>): void => functions.test(name, body, TIMEOUT_MS);

  /** Runs `body` with a listener and one pair of connections, and closes everything. */
  const withPair = (name: string, body: (pair: Pair) => Promise<void>): void =>
    test(name, async () => {
      await withAddress(subject, async (address) => {
        const pair = await Pair.open(subject, address);
        try {
          await body(pair);
        } finally {
          await pair.close();
        }
      });
    });

  describe(`transport ${transport.scheme}`, () => {
    test('the scheme is lower case and its addresses begin with it', async () => {
      expect(/^[a-z][a-z0-9+.-]*$/.test(transport.scheme)).toBe(true);
      await withAddress(subject, async (address) => expect(address.startsWith(`${transport.scheme}://`)).toBe(true));
    });

    withPair('a connection states its properties', async ({ client, server }) => {
      for (const { info } of [client.connection, server.connection]) {
        expect([typeof info.local, typeof info.encrypted, typeof info.authenticated]).toEqual([
          'boolean',
          'boolean',
          'boolean',
        ]);
        expect(info.peer.length > 0).toBe(true);
      }
    });

    withPair('bytes arrive whole and in order, in both directions at once', async ({ client, server }) => {
      const bytes = pattern(300_000);
      for (const side of [client, server]) {
        for (let at = 0; at < bytes.length; ) {
          const size = 1 + ((at * 7) % 5_000);
          side.connection.write([bytes.subarray(at, at + size)]);
          at += size;
        }
      }
      for (const side of [client, server]) {
        await within('the bytes', side.received(bytes.length));
        expect(Buffer.compare(side.bytes(), bytes)).toBe(0);
      }
    });

    withPair('several chunks in one write arrive in order, and empty ones are ignored', async ({ client, server }) => {
      client.connection.write([]);
      client.connection.write([new Uint8Array(0)]);
      client.connection.write([Buffer.from('a'), new Uint8Array(0), Buffer.from('bc'), Buffer.from('d')]);
      client.connection.write([Buffer.from('e')]);
      await within('the bytes', server.received(5));
      expect(server.bytes().toString()).toBe('abcde');
    });

    withPair(
      'write returns false when the other end does not read, and drained follows',
      async ({ client, server }) => {
        server.connection.pause();
        const chunk = pattern(64 * 1024);
        let written = 0;
        while (client.connection.write([chunk])) {
          written += chunk.length;
          if (written % (1024 * 1024) === 0) await turn();
          if (written > 256 * 1024 * 1024)
            throw new Error('write() never returned false, although the peer does not read.');
        }
        written += chunk.length;
        // A Node stream returns false for a large chunk even when it has left: its `writableLength` is relevant.
        if (client.connection.bytesQueued === 0) throw new Error('write() returned false, but bytesQueued is 0.');
        expect(client.drains).toBe(0);
        server.connection.resume();
        await within('drained', client.hasDrained());
        await within('the bytes', server.received(written));
        expect(client.connection.bytesQueued).toBe(0);
        expect(client.drains).toBe(1);
      },
    );

    withPair('a paused connection stops delivering, and resumes without a gap', async ({ client, server }) => {
      const bytes = pattern(8 * 1024 * 1024);
      client.connection.write([bytes]);
      await within('the first bytes', server.received(1));
      server.connection.pause();
      for (let turns = 0; turns < 20; turns++) await turn();
      const paused = server.byteCount;
      for (let turns = 0; turns < 20; turns++) await turn();
      expect(server.byteCount).toBe(paused);
      expect(paused < bytes.length).toBe(true);
      server.connection.resume();
      await within('the rest', server.received(bytes.length));
      expect(Buffer.compare(server.bytes(), bytes)).toBe(0);
    });

    withPair('a connection that does not keep the process alive still carries bytes', async ({ client, server }) => {
      client.connection.hold(false);
      client.connection.write([Buffer.from('ping')]);
      await within('the bytes', server.received(4));
      client.connection.hold(true);
      server.connection.write([Buffer.from('pong')]);
      await within('the bytes', client.received(4));
    });

    withPair('end sends the written bytes, then both ends close without a cause', async ({ client, server }) => {
      // More than the operating system accepts at once, so some bytes have not left yet.
      const bytes = pattern(16 * 1024 * 1024);
      client.connection.write([bytes]);
      client.connection.end();
      client.connection.end();
      await within('closed', Promise.all([client.hasClosed(), server.hasClosed()]));
      expect(Buffer.compare(server.bytes(), bytes)).toBe(0);
      expect([client.causes, server.causes]).toEqual([[undefined], [undefined]]);
    });

    withPair('bytes sent before the end reach a paused reader', async ({ client, server }) => {
      server.connection.pause();
      client.connection.write([Buffer.from('last words')]);
      client.connection.end();
      for (let turns = 0; turns < 20; turns++) await turn();
      server.connection.resume();
      await within('closed', Promise.all([client.hasClosed(), server.hasClosed()]));
      expect(server.bytes().toString()).toBe('last words');
      expect(server.afterClose).toBe(0);
    });

    withPair(
      'destroy closes in a later turn, once, and nothing is delivered afterwards',
      async ({ client, server }) => {
        server.connection.write([pattern(1024 * 1024)]);
        await within('the first bytes', client.received(1));
        client.connection.destroy();
        client.connection.destroy();
        expect(client.causes).toEqual([]);
        const delivered = client.byteCount;
        await within('closed', Promise.all([client.hasClosed(), server.hasClosed()]));
        expect(client.byteCount).toBe(delivered);
        expect(client.causes.length).toBe(1);
        expect(server.causes.length).toBe(1);
      },
    );

    withPair('destroy from within data delivers nothing more', async ({ client, server }) => {
      client.onData = () => client.connection.destroy();
      for (let count = 0; count < 50; count++) server.connection.write([pattern(40_000)]);
      await within('closed', client.hasClosed());
      expect(client.deliveries).toBe(1);
    });

    withPair('a closed connection ignores everything', async ({ client, server }) => {
      client.connection.end();
      await within('closed', Promise.all([client.hasClosed(), server.hasClosed()]));
      for (const { connection } of [client, server]) {
        expect(typeof connection.write([Buffer.from('late')])).toBe('boolean');
        connection.pause();
        connection.resume();
        connection.hold(true);
        connection.hold(false);
        connection.end();
        connection.destroy();
        expect(connection.bytesQueued).toBe(0);
      }
      for (let turns = 0; turns < 5; turns++) await turn();
      expect([client.causes.length, server.causes.length]).toEqual([1, 1]);
      expect([client.afterClose, server.afterClose]).toEqual([0, 0]);
    });

    test('a connection destroyed before it is opened calls closed when it is opened', async () => {
      await withListener(subject, async (listener, accepted) => {
        const connection = await connect(subject, listener.address);
        connection.destroy();
        const side = new Side(connection);
        await within('closed', side.hasClosed());
        expect(side.deliveries).toBe(0);
        // The transport decides whether the peer ever saw the connection.
        for (const other of accepted) await within('closed', other.hasClosed());
      });
    });

    test('bytes that arrive before a connection is opened are kept for it', async () => {
      await withListener(subject, async (listener, accepted, arrived) => {
        const connection = await connect(subject, listener.address);
        await within('the connection', arrived(1));
        accepted[0]?.connection.write([Buffer.from('hello')]);
        for (let turns = 0; turns < 20; turns++) await turn();
        const side = new Side(connection);
        await within('the bytes', side.received(5));
        expect(side.bytes().toString()).toBe('hello');
        connection.end();
        await within('closed', side.hasClosed());
      });
    });

    reachingTests({ expect, test }, subject);
  });
}
