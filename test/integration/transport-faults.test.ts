import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Counter } from '#fixtures/counter.js';
import { ActorUnreachableError, ConnectionLostError, registerTransport, TransportError } from 'uactor';
import type { Connection, Listener, Receiver, Transport } from 'uactor/plugin';
import { ipc } from 'uactor/transports/ipc';
import { beforeEach, describe, expect, test } from 'vitest';
import { WrappedConnection } from '../fixtures/wrapped-connection.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';
import '../support/leaks.ts';

const authkey = 'a key of more than sixteen bytes';

const inner = (address: string): string => address.replace(/^odd:/, 'ipc:');

/** How the connections of the transport break its contract, at one end. */
type Fault = (connection: Connection) => unknown;

const sound: Fault = (connection) => connection;
let listening = sound;
let connecting = sound;
let listened: (listener: Listener) => unknown = (listener) => listener;
let connected: () => unknown = () => undefined;

/** `odd:///path` is `ipc:///path`. It returns anything, as a transport in JavaScript can. */
const odd = {
  scheme: 'odd',
  async listen(...[address, accept, options]: Parameters<Transport['listen']>): Promise<unknown> {
    const through = (connection: Connection): unknown => Reflect.apply(accept, undefined, [listening(connection)]);
    const listener = await ipc.listen(inner(address), (connection) => void through(connection), options);
    return listened({ address, close: async () => await listener.close() });
  },
  async connect(...[address, options]: Parameters<Transport['connect']>): Promise<unknown> {
    return connected() ?? connecting(await ipc.connect(inner(address), options));
  },
};
Reflect.apply(registerTransport, undefined, [odd]);

beforeEach(() => {
  listening = sound;
  connecting = sound;
  listened = (listener) => listener;
  connected = () => undefined;
});

function newAddress(): string {
  return `odd://${join(mkdtempSync(join(scratch, 'odd-')), 'socket')}`;
}

/** A fault of single members; `this` is the connection. */
function members(replaced: object): Fault {
  return (connection) =>
    Object.defineProperties(new WrappedConnection(connection), Object.getOwnPropertyDescriptors(replaced));
}

/** A fault of what the receiver gets. */
function received(change: (receiver: Receiver) => object): Fault {
  return (connection) => {
    const open = (receiver: Receiver): void => {
      const plain = {
        data: (chunk: Uint8Array) => receiver.data(chunk),
        drained: () => receiver.drained(),
        closed: (cause?: Error) => receiver.closed(cause),
      };
      connection.open({ ...plain, ...change(receiver) });
    };
    return members({ open })(connection);
  };
}

function info(change: object): Fault {
  return (connection) => members({ info: Object.assign({ ...connection.info }, change) })(connection);
}

function fails(): never {
  throw new Error('it failed');
}

const FAULTS: Readonly<Record<string, readonly [fault: Fault, message: string]>> = {
  'no connection': [(connection) => connection.destroy(), 'it made undefined, which is not a connection'],
  'a missing method': [members({ hold: undefined }), 'a connection has no method hold()'],
  'no info': [members({ info: null }), 'the info of a connection is null instead of an object'],
  'a text for a flag': [info({ authenticated: 'false' }), "info.authenticated is 'false' instead of true or false"],
  'an invalid IP address': [info({ ip: 'nowhere' }), "info.ip is 'nowhere' instead of an IP address"],
  'a text as channel binding': [
    info({ channelBinding: 'text' }),
    'info.channelBinding is not a Uint8Array of at most 255',
  ],
  'a failing info': [
    members({
      get info() {
        return fails();
      },
    }),
    'info of a connection threw Error: it failed',
  ],
  'a failing open': [members({ open: fails }), 'open of a connection threw Error: it failed'],
  'a rejecting open': [members({ open: async () => fails() }), 'open of a connection threw Error: it failed'],
  'a failing write': [members({ write: fails }), 'write of a connection threw Error: it failed'],
  'a write without a result': [
    members({ write: () => undefined }),
    'write() returned undefined instead of true or false',
  ],
  'a failing pause': [members({ pause: fails }), 'pause of a connection threw Error: it failed'],
  'no number of bytes': [members({ bytesQueued: Number.NaN }), 'bytesQueued is NaN instead of a number of bytes'],
  'a text as data': [
    received((receiver) => ({ data: () => Reflect.apply(receiver.data, receiver, ['text']) })),
    'data() got a text',
  ],
  'an array as data': [
    received((receiver) => ({ data: (chunk: Uint8Array) => Reflect.apply(receiver.data, receiver, [[...chunk]]) })),
    'data() got an instance of Array instead of a Uint8Array',
  ],
};

describe('U56 a transport that breaks its contract', () => {
  test.each(Object.entries(FAULTS))('rejects its own connect with the fault: %s', async (_, [fault, message]) => {
    await using server = await Counter.serve({ address: newAddress(), authkey });
    connecting = fault;
    const error = await failure(Counter.connect(server.address, { authkey }));
    const reason = error instanceof ConnectionLostError ? error.cause : error;
    expect(reason).toBeInstanceOf(TransportError);
    expect(reason).toMatchObject({ message: expect.stringContaining(`the transport of odd:// is faulty: ${message}`) });
    connecting = sound;
    await using counter = await Counter.connect(server.address, { authkey });
    expect(await counter.increment()).toBe(1);
  });

  test.each(Object.entries(FAULTS))(
    'ends only the accepted connection, with a warning: %s',
    async (_, [fault, message]) => {
      // Registered anew, because a transport warns once.
      Reflect.apply(registerTransport, undefined, [odd]);
      await using server = await Counter.serve({ address: newAddress(), authkey });
      listening = fault;
      const warned = once(process, 'warning');
      expect(await failure(Counter.connect(server.address, { authkey }))).toBeInstanceOf(ConnectionLostError);
      const [warning]: readonly unknown[] = await warned;
      expect(warning).toMatchObject({ code: 'UACTOR_TRANSPORT', message: expect.stringContaining(message) });
      listening = sound;
      await using counter = await Counter.connect(server.address, { authkey });
      expect(await counter.increment()).toBe(1);
    },
  );

  test('a fault after the handshake rejects the calls in progress', async () => {
    await using server = await Counter.serve({ address: newAddress(), authkey });
    let isText = false;
    connecting = received((receiver) => ({
      data: (chunk: Uint8Array) => Reflect.apply(receiver.data, receiver, [isText ? 'text' : chunk]),
    }));
    await using counter = await Counter.connect(server.address, { authkey });
    expect(await counter.increment()).toBe(1);
    isText = true;
    const error = await failure(counter.increment());
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({
      executed: 'maybe',
      message: expect.stringContaining('the transport of odd:// is faulty: data() got a text instead of a Uint8Array'),
    });
    isText = false;
    expect(await counter.increment()).toBeGreaterThan(1);
  });

  test('a write that reports within itself that its bytes were sent does not stop the connection', async () => {
    await using server = await Counter.serve({ address: newAddress(), authkey });
    connecting = (connection) => {
      let reader: Receiver | undefined;
      const faulty = members({
        open: (receiver: Receiver) => {
          reader = receiver;
          connection.open(receiver);
        },
        write: (chunks: readonly Uint8Array[]) => {
          connection.write(chunks);
          reader?.drained();
          return false;
        },
      });
      return faulty(connection);
    };
    await using counter = await Counter.connect(server.address, { authkey });
    expect(await counter.increment()).toBe(1);
    expect(await counter.increment()).toBe(2);
  });

  test('an end that is reported from within a method is passed on later, and only once', async () => {
    await using server = await Counter.serve({ address: newAddress(), authkey });
    connecting = (connection) =>
      members({
        open: (receiver: Receiver) => {
          connection.open(receiver);
          receiver.closed(new Error('closed at once'));
          receiver.closed(new Error('closed again'));
          connection.destroy();
        },
      })(connection);
    const error = await failure(Counter.connect(server.address, { authkey }));
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ cause: expect.objectContaining({ message: 'closed at once' }) });
  });

  test('a connect that never settles is given up, and its late connection is closed', async () => {
    await using server = await Counter.serve({ address: newAddress(), authkey });
    const connection = await ipc.connect(inner(server.address), {
      authkey: () => new Uint8Array(),
      signal: new AbortController().signal,
      transport: {},
    });
    await new Promise<void>((destroyed) => {
      const late = members({ destroy: destroyed })(connection);
      connected = () => new Promise((resolve) => void error.then(() => resolve(late)));
      const error = failure(Counter.with({ limits: { handshakeMs: 20 } }).connect(server.address, { authkey }));
      void error.then((given) => expect(given).toBeInstanceOf(ActorUnreachableError));
    });
    connection.destroy();
  });

  test.each([
    ['a text', 'stopped', "connect() threw 'stopped', which is not an error"],
    ['nothing', undefined, 'connect() threw undefined, which is not an error'],
  ])('a connect that rejects with %s is named', async (_, reason, message) => {
    connected = () => Promise.reject(reason);
    const error = await failure(Counter.connect(newAddress(), { authkey }));
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ message: `the transport of odd:// is faulty: ${message}` });
  });

  test.each([
    ['no listener', () => undefined, 'listen() made undefined, which is not a listener'],
    ['no close', ({ address }: Listener) => ({ address }), 'a listener has no method close()'],
    ['no address', ({ close }: Listener) => ({ close }), 'the address of a listener is undefined'],
    [
      'endpoints that are no list',
      (listener: Listener) => ({ ...listener, endpoints: 'odd:///x' }),
      "the endpoints of a listener are 'odd:///x' instead of a list of addresses",
    ],
  ])('rejects serve with the fault of its listener: %s', async (_, change, message) => {
    let opened: Listener | undefined;
    listened = (listener) => {
      opened = listener;
      return change(listener);
    };
    const error = await failure(Counter.serve({ address: newAddress(), authkey }));
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    await opened?.close();
  });
});
