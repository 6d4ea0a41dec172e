import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { socket } from '../../transports/socket/index.ts';
import { failure, Side, within } from '../conformance/transport-pair.ts';

type Found = { readonly address: string; readonly family: 4 | 6 };
type Answer = (error: Error | null, found: readonly Found[]) => void;

/** Replaces the system's name resolution: it replies when, and as, the test decides. */
const names = vi.hoisted((): { lookup: (host: string, answer: Answer) => void } => ({ lookup: () => undefined }));

vi.mock(import('node:dns'), async (original) => ({
  ...(await original()),
  lookup: Object.assign(
    (host: string, _options: unknown, answer: Answer) => names.lookup(host, answer),
    (await original()).lookup,
  ),
}));

const PORT_OF_NOBODY = 1;
let server: Server;
let port: number;

beforeEach(async () => {
  server = createServer((client) => client.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  port = typeof bound === 'object' && bound !== null ? bound.port : 0;
});

afterEach(async () => {
  server.close();
  await once(server, 'close');
});

/** Connects to an address as if a peer had named it: this library then resolves the names itself. */
function connect(host: string, ms: number, at: number = port): ReturnType<typeof socket.connect> {
  return socket.connect(`tcp://${host}:${at}`, {
    authkey: () => new Uint8Array(32),
    signal: AbortSignal.timeout(ms),
    permit: () => undefined,
    transport: { encryption: false },
  });
}

async function hangUp(side: Side): Promise<void> {
  side.connection.destroy();
  await within('closed', side.hasClosed());
}

describe('F49 a host name', () => {
  test('F49 that is not resolved within the time for connecting causes ActorUnreachableError, and a late answer changes nothing', async () => {
    let late: Answer | undefined;
    names.lookup = (_host, answer) => {
      late = answer;
    };
    const connections = vi.fn();
    server.on('connection', connections);
    const error = await failure(connect('slow.example', 100));
    expect(error).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('tcp://slow.example') });
    late?.(null, [{ address: '127.0.0.1', family: 4 }]);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(connections).not.toHaveBeenCalled();
  });

  test('F49 that does not exist causes ActorUnreachableError at once, with the reason', async () => {
    names.lookup = (_host, answer) => answer(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
    const error = await failure(connect('nobody.example', 60_000));
    expect(error).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('no host of that name') });
  });

  test('F49 with several addresses leads to the one that answers', async () => {
    names.lookup = (_host, answer) =>
      answer(null, [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ]);
    await hangUp(new Side(await connect('both.example', 10_000)));
  });

  test('F49 that gets another address leads there from the next connection on', async () => {
    names.lookup = (_host, answer) => answer(null, [{ address: '127.0.0.2', family: 4 }]);
    expect(await failure(connect('moving.example', 10_000, PORT_OF_NOBODY))).toMatchObject({ code: 'UNREACHABLE' });
    names.lookup = (_host, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]);
    await hangUp(new Side(await connect('moving.example', 10_000)));
  });
});
