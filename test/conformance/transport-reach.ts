import {
  connect,
  failure,
  listen,
  Pair,
  settled,
  Side,
  type TransportSubject,
  turn,
  withAddress,
  within,
  withListener,
} from './transport-pair.ts';
import type { TestFunctions } from './test-functions.ts';

/** The part of the suite about addresses: who can listen where, who reaches a listener, and who does not. */
export function reachingTests(
  { expect, test }: Pick<TestFunctions, 'expect' | 'test'>,
  subject: TransportSubject,
): void {
  const { transport } = subject;
  test('a second listener at an address in use is refused, and the first lives on', async () => {
    await withListener(subject, async (listener, _accepted, arrived) => {
      const error = await failure(listen(subject, listener.address, () => undefined));
      expect([error.name, error.code]).toEqual(['AddressInUseError', 'ADDRESS_IN_USE']);
      const side = new Side(await connect(subject, listener.address));
      await within('the connection', arrived(1));
      side.connection.end();
      await within('closed', side.hasClosed());
    });
  });

  test('connecting without a listener, or with an aborted signal, rejects with ActorUnreachableError', async () => {
    await withAddress(subject, async (fresh) => {
      const address = subject.unreachable?.() ?? fresh;
      const error = await failure(connect(subject, address));
      expect([error.name, error.code]).toEqual(['ActorUnreachableError', 'UNREACHABLE']);
    });
    await withListener(subject, async (listener) => {
      const error = await failure(connect(subject, listener.address, AbortSignal.abort()));
      expect([error.name, error.code]).toEqual(['ActorUnreachableError', 'UNREACHABLE']);
    });
  });

  test('an aborted attempt to connect rejects with ActorUnreachableError and leaves nothing, or was faster', async () => {
    await withListener(subject, async (listener, accepted) => {
      const controller = new AbortController();
      const connecting = connect(subject, listener.address, controller.signal);
      controller.abort();
      const outcome = await within('an outcome', settled(connecting));
      if (outcome instanceof Error) {
        expect(outcome.name).toBe('ActorUnreachableError');
        for (const other of accepted) await within('closed', other.hasClosed());
        return;
      }
      const side = new Side(outcome);
      outcome.end();
      await within('closed', side.hasClosed());
    });
  });

  test('an IP address that is not permitted is not connected to', async () => {
    await withListener(subject, async (listener, accepted, arrived) => {
      const side = new Side(await connect(subject, listener.address));
      await within('the connection', arrived(1));
      const { ip } = side.connection.info;
      side.connection.destroy();
      await within('closed', side.hasClosed());
      if (ip === undefined) return;
      const asked: string[] = [];
      const refusal = new Error('not permitted');
      const refuse = (each: string): never => {
        asked.push(each);
        throw refusal;
      };
      expect(await failure(connect(subject, listener.address, undefined, refuse))).toBe(refusal);
      expect(asked.length > 0).toBe(true);
      for (let turns = 0; turns < 20; turns++) await turn();
      expect(accepted.length).toBe(1);
    });
  });

  test('listen and connect refuse an invalid address', async () => {
    for (const address of [`${transport.scheme}://`, `${transport.scheme}://%zz`, 'nothing']) {
      for (const attempt of [listen(subject, address, () => undefined), connect(subject, address)]) {
        const error = await failure(attempt);
        expect(error instanceof Error).toBe(true);
      }
    }
  });

  test('closing a listener refuses new connections, keeps open ones and frees the address', async () => {
    await withAddress(subject, async (fresh) => {
      const pair = await Pair.open(subject, fresh);
      const { address } = pair.listener;
      await pair.listener.close();
      await pair.listener.close();
      expect((await failure(connect(subject, address))).name).toBe('ActorUnreachableError');
      pair.client.connection.write([Buffer.from('still here')]);
      await within('the bytes', pair.server.received(10));
      const again = await listen(subject, address, () => undefined);
      await again.close();
      await pair.close();
    });
  });

  test('a hundred connections at once all arrive', async () => {
    await withListener(subject, async (listener, _accepted, arrived) => {
      const connections = await Promise.all(Array.from({ length: 100 }, () => connect(subject, listener.address)));
      const sides = connections.map((connection) => new Side(connection));
      await within('the connections', arrived(100));
      for (const side of sides) side.connection.end();
      await within('closed', Promise.all(sides.map((side) => side.hasClosed())));
    });
  });

  if (transport.privateAddress !== undefined) {
    test('private addresses differ, can be listened on, and are discarded without a trace', async () => {
      const first = transport.privateAddress?.();
      const second = transport.privateAddress?.();
      if (first === undefined || second === undefined) throw new Error('privateAddress() returned no address.');
      expect(first.address === second.address).toBe(false);
      const listener = await listen(subject, first.address, () => undefined);
      await listener.close();
      for (const { discard } of [first, second]) {
        discard();
        discard();
      }
      expect((await failure(connect(subject, first.address))).name).toBe('ActorUnreachableError');
    });
  }
}
