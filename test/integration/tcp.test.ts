import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import { Counter } from '#fixtures/counter.js';
import { Keeper } from '#fixtures/keeper.js';
import { ActorUnreachableError, AuthkeyError, BaseProxy, release, sameReferent } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';
import { authkey, type Mode, MODES, NAMES, overTcp, tls } from '../support/over-tcp.ts';
import { Program } from '../support/program.ts';
import { Relay } from '../support/relay.ts';
import { shared } from '../support/shared.ts';

/** The standard error of an actor, in a file. */
class Log {
  static #count = 0;
  readonly #path = join(scratch, `log-${Log.#count++}`);
  readonly #fd = openSync(this.#path, 'w');

  get stdio(): readonly ['ignore', 'inherit', number] {
    return ['ignore', 'inherit', this.#fd];
  }

  get lines(): readonly string[] {
    return readFileSync(this.#path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** Opens a bare connection to an actor. */
async function bareConnection(address: string | undefined): Promise<Socket> {
  const { hostname, port } = new URL(address ?? '');
  const socket = connectSocket({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Resolves when the socket has closed, for any reason. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.resume().once('close', () => resolve());
  });
}

/** For each kind of protection, an actor whose log is not read. */
const lasting = {
  key: shared(() => overTcp(Counter, 'key', { stdio: 'ignore' }).spawn()),
  certificates: shared(() => overTcp(Counter, 'certificates', { stdio: 'ignore' }).spawn()),
  none: shared(() => overTcp(Counter, 'none', { stdio: 'ignore' }).spawn()),
};

describe('an actor on tcp', () => {
  test.each(NAMES)('U50 U53 is called by another process, protected by: %s', async (mode) => {
    const counter = lasting[mode]();
    const address = counter.connectionAddress ?? '';
    expect(address).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/);
    const before = await counter.increment();
    const program = new Program('tcp-client', [address, authkey, JSON.stringify(MODES[mode])]);
    expect(await program.saidNumber('count')).toBe(before + 1);
    expect(await program.saidNumber('pid')).toBe(await counter.pid());
    expect(await program.ended).toEqual({ exitCode: 0, signal: null });
    expect(await counter.increment()).toBe(before + 2);
  });

  test('U53 a certificate may be given as the bytes of its file', async () => {
    const bytes = { cert: Buffer.from(tls.cert), key: new Uint8Array(Buffer.from(tls.key)), ca: Buffer.from(tls.ca) };
    const Secured = overTcp(Counter, 'key', { transport: { tcp: { tls: bytes } } });
    await using counter = await Secured.spawn();
    const other = await Secured.connect(counter.connectionAddress ?? '', { ownConnection: true, authkey });
    expect(await other.increment()).toBe(1);
    await other[Symbol.asyncDispose]();
  });

  test('U50 is reached by the name of its host, as a string or as a pair', async () => {
    const counter = lasting.key();
    const port = Number(new URL(counter.connectionAddress ?? '').port);
    for (const address of [`tcp://localhost:${port}`, ['localhost', port]] as const) {
      const other = await Counter.connect(address, { ownConnection: true, authkey });
      expect(await other.add(1, 2)).toBe(3);
      expect(sameReferent(other, counter)).toBe(true);
      await other[Symbol.asyncDispose]();
    }
  });

  test('U29 U53 hands itself on to a third process, which connects as its own options say', async () => {
    for (const mode of NAMES) {
      await using one = await overTcp(Counter, mode).spawn();
      await using other = await overTcp(Counter, mode).spawn();
      if (mode === 'none') {
        // A listener at that address could relay the proof, so a proxy alone never makes a process prove its key there.
        expect(await failure(other.echo(one))).toMatchObject({ code: 'NOT_ALLOWED' });
      } else {
        expect(sameReferent(await other.echo(one), one)).toBe(true);
      }
    }
  });

  test.each(['certificates', 'none'] as const)(
    'U31 U53 a main program that is sent a proxy of it is told to connect first, protected by: %s',
    async (mode) => {
      const transport = { tcp: MODES[mode] };
      await using keeper = await Keeper.with({ authkey }).spawn();
      const address = await keeper.hire({ address: ['127.0.0.1', 0], authkey, transport, stdio: 'ignore' });
      const error = await failure(keeper.kept());
      expect(error).toBeInstanceOf(ActorUnreachableError);
      expect(error).toMatchObject({
        executed: 'yes',
        message: expect.stringMatching(/options\.transport \(certificates, encryption\).* connect\(\) to it first/),
      });
      const introduced = await Counter.connect(address, { authkey, transport });
      expect(await introduced.increment()).toBe(1);
      release(introduced);
      const counter = await keeper.kept();
      if (!BaseProxy.isProxy(counter)) throw new Error('the keeper keeps a proxy');
      expect(await counter.callMethod('increment')).toBe(2);
      release(counter);
    },
  );

  test('an unknown option of the transport is refused with what there is', async () => {
    const wrong = overTcp(Counter, 'key', { transport: { tcp: { encrypted: false } } });
    const error = await failure(wrong.spawn());
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/tcp\.encrypted is not an option; .*encryption, tls/),
    });
  });
});

describe('strangers', () => {
  test.each(NAMES)('U52 a wrong key is an AuthkeyError, and one line in the log, protected by: %s', async (mode) => {
    using log = new Log();
    await using counter = await overTcp(Counter, mode, { stdio: log.stdio }).spawn();
    const address = counter.connectionAddress ?? '';
    const error = await failure(
      overTcp(Counter, mode).connect(address, { ownConnection: true, authkey: 'another key of sixteen bytes' }),
    );
    expect(error).toBeInstanceOf(AuthkeyError);
    expect(error).toMatchObject({ address, message: expect.stringMatching(/has another authkey/) });
    await eventually(() => expect(log.lines).toHaveLength(1));
    expect(log.lines[0]).toMatch(/^uactor: rejected a connection from tcp:\/\/127\.0\.0\.1:\d+, which .*authkey/);
    expect(log.lines[0]).not.toContain(authkey);
    expect(await counter.increment()).toBe(1);
  });

  const MISTAKES: readonly (readonly [Mode, Mode, RegExp, RegExp])[] = [
    ['key', 'none', /closed the connection silently: it is an actor that expects TLS/, /it does not use TLS/],
    ['certificates', 'none', /closed the connection silently: it is an actor that expects TLS/, /it does not use TLS/],
    ['none', 'key', /does not use TLS .* `encryption: false`/, /did not begin as a client without TLS/],
    ['none', 'certificates', /does not use TLS .* `encryption: false`/, /did not begin as a client without TLS/],
    ['key', 'certificates', /has no certificate/, /does not use the authkey as the key of TLS/],
    [
      'certificates',
      'key',
      /did not accept the authkey as the TLS key/,
      /closed the connection before it had proved itself/,
    ],
  ];
  test.each(MISTAKES)('an actor with %s says so at once to a client with %s', async (actors, clients, told, logged) => {
    using log = new Log();
    await using counter = await overTcp(Counter, actors, { stdio: log.stdio }).spawn();
    const attempt = overTcp(Counter, clients).connect(counter.connectionAddress ?? '', {
      ownConnection: true,
      authkey,
    });
    expect(await failure(attempt)).toMatchObject({ message: expect.stringMatching(told) });
    await eventually(() => expect(log.lines).toHaveLength(1));
    expect(log.lines[0]).toMatch(logged);
    expect(await counter.increment()).toBe(1);
  });

  test.each(NAMES)('H01 garbage is hung up on, with one line in the log, protected by: %s', async (mode) => {
    using log = new Log();
    await using counter = await overTcp(Counter, mode, { stdio: log.stdio }).spawn();
    const garbage = [
      Buffer.alloc(4_096),
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      Buffer.alloc(100_000, 0xff),
    ];
    for (const bytes of garbage) {
      const socket = await bareConnection(counter.connectionAddress);
      socket.write(bytes);
      await closed(socket);
    }
    await eventually(() => expect(log.lines.length).toBeGreaterThan(0));
    expect(log.lines.length).toBeLessThanOrEqual(garbage.length);
    expect(await counter.increment()).toBe(1);
  });

  test.each(NAMES)(
    'H03 who says nothing, or a byte at a time, is hung up on in time, protected by: %s',
    async (mode) => {
      using log = new Log();
      const limits = { handshakeMs: 300 };
      await using counter = await overTcp(Counter, mode, { limits, stdio: log.stdio }).spawn();
      const silent = await bareConnection(counter.connectionAddress);
      const slow = await bareConnection(counter.connectionAddress);
      const first = mode === 'none' ? Buffer.from('uactor plain\n\x20') : Buffer.from([0x16, 0x03, 0x01, 0x02]);
      let sent = 0;
      const trickle = setInterval(() => slow.write(first.subarray(sent, ++sent)), 20);
      await Promise.all([closed(silent), closed(slow)]);
      clearInterval(trickle);
      await eventually(() => expect(log.lines.length).toBeGreaterThan(0));
      expect(log.lines[0]).toMatch(/did not prove itself within 300 ms/);
      expect(await counter.increment()).toBe(1);
    },
  );

  test.each(NAMES)(
    'H04 of strangers beyond the bound the oldest is hung up on at once, protected by: %s',
    async (mode) => {
      using log = new Log();
      const limits = { maxHandshakes: 2 };
      await using counter = await overTcp(Counter, mode, { limits, stdio: log.stdio }).spawn();
      const strangers = [
        await bareConnection(counter.connectionAddress),
        await bareConnection(counter.connectionAddress),
      ];
      strangers.push(await bareConnection(counter.connectionAddress));
      // The oldest connection of the address is closed to make room for the new one.
      const [oldest, ...others] = strangers;
      if (oldest) await closed(oldest);
      await eventually(() => expect(log.lines).toHaveLength(1));
      expect(log.lines[0]).toMatch(/which was the oldest of its address when 2 others were in their handshake$/);
      for (const stranger of others) stranger.destroy();
      await Promise.all(others.map((stranger) => closed(stranger)));
      const client = await eventually(
        async () =>
          await overTcp(Counter, mode).connect(counter.connectionAddress ?? '', { ownConnection: true, authkey }),
      );
      expect(await client.increment()).toBe(1);
      await client[Symbol.asyncDispose]();
    },
  );

  test.each(NAMES)('H05 a recorded handshake is of no use, protected by: %s', async (mode) => {
    using log = new Log();
    await using counter = await overTcp(Counter, mode, { stdio: log.stdio }).spawn();
    await using relay = await Relay.to(counter.connectionAddress);
    const client = await overTcp(Counter, mode).connect(relay.address, { ownConnection: true, authkey });
    expect(await client.increment()).toBe(1);
    const recorded = relay.bytes('to the actor');
    await client[Symbol.asyncDispose]();
    const socket = await bareConnection(counter.connectionAddress);
    socket.write(recorded);
    await closed(socket);
    await eventually(() => expect(log.lines).toHaveLength(1));
    expect(await counter.increment()).toBe(2);
  });

  test.each(['key', 'certificates'] as const)(
    'H07 a relay reads nothing and changes nothing, protected by: %s',
    async (mode) => {
      const counter = lasting[mode]();
      let tampering = false;
      await using relay = await Relay.to(counter.connectionAddress, (chunk, direction) => {
        if (!tampering || direction === 'to the actor') return chunk;
        const changed = Buffer.from(chunk);
        changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
        return changed;
      });
      const client = await overTcp(Counter, mode).connect(relay.address, { ownConnection: true, authkey });
      expect(await client.echo('a text in the clear')).toBe('a text in the clear');
      for (const direction of ['to the actor', 'to the client'] as const) {
        expect(relay.bytes(direction).includes('a text in the clear')).toBe(false);
      }
      tampering = true;
      expect(await failure(client.increment())).toMatchObject({ code: 'CONNECTION_LOST', executed: 'maybe' });
      tampering = false;
      release(client);
    },
  );

  test('H07 an actor with another key between the two gets nothing', async () => {
    const counter = lasting.key();
    await using rogue = await overTcp(Counter, 'key', {
      authkey: 'the key of a rogue listener',
      stdio: 'ignore',
    }).spawn();
    await using relay = await Relay.to(rogue.connectionAddress);
    const before = await counter.increment();
    const error = await failure(Counter.connect(relay.address, { ownConnection: true, authkey }));
    expect(error).toBeInstanceOf(AuthkeyError);
    expect(await counter.increment()).toBe(before + 1);
  });

  test.each(NAMES)('H15 200 handshakes that fail leave no descriptor open, protected by: %s', async (mode) => {
    const counter = lasting[mode]();
    const pid = await counter.pid();
    const open = (): number => readdirSync(`/proc/${pid}/fd`).length;
    await using relay = await Relay.to(counter.connectionAddress);
    const client = await overTcp(Counter, mode).connect(relay.address, { ownConnection: true, authkey });
    await client.increment();
    const handshake = relay.bytes('to the actor');
    await client[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
    await eventually(async () => expect((await counter.pid()) === pid && open()).toBeGreaterThan(0));
    const before = open();
    for (let index = 0; index < 200; index++) {
      const socket = await bareConnection(counter.connectionAddress);
      if (index % 4 > 0) socket.write(handshake.subarray(0, Math.floor((handshake.length * (index % 50)) / 50)));
      if (index % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
    await eventually(() => expect(open()).toBeLessThanOrEqual(before));
    expect(await counter.add(1, 2)).toBe(3);
  });
});
