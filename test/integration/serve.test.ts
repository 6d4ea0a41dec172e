import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Counter } from '#fixtures/counter.js';
import { Failing } from '#fixtures/failing.js';
import { HangingHook, Hooked, ThrowingHook } from '#fixtures/hooked.js';
import { Keeper } from '#fixtures/keeper.js';
import {
  ActorDiedError,
  ActorUnreachableError,
  AddressInUseError,
  AuthkeyError,
  inspectActor,
  ProxyError,
  release,
  sameReferent,
  SerializerError,
  SyncManager,
  UActorError,
} from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch, socketFolders } from '../support/leaks.ts';
import { Program } from '../support/program.ts';
import { SERIALIZERS } from '../support/serializers.ts';

const authkey = 'a key of more than sixteen bytes';
const local = { address: 'tcp://127.0.0.1:0', authkey };

/** A file to which a Hooked writes, and its content. */
class Log {
  readonly path: string = join(mkdtempSync(join(scratch, 'log-')), 'log');

  get lines(): readonly string[] {
    return existsSync(this.path) ? readFileSync(this.path, 'utf8').trimEnd().split('\n') : [];
  }
}

describe('serve', () => {
  test.each(SERIALIZERS)('U1 the actor lives in this process, and others call it, in %s', async (serializer) => {
    const socket = `ipc://${join(mkdtempSync(join(scratch, 'serve-')), 'counter.sock')}`;
    await using server = await Counter.serve({ addresses: [socket, ['127.0.0.1', 0]], authkey, serializer });
    expect(server.addresses).toEqual([socket, expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/)]);
    expect(server.address).toBe(socket);
    expect(await server.proxy.increment(10)).toBe(10);
    for (const [index, address] of server.addresses.entries()) {
      const program = new Program('tcp-client', [address, authkey]);
      expect(await program.said('count')).toBe(`${11 + index}`);
      expect(await program.saidNumber('pid')).toBe(process.pid);
      await program.ended;
    }
    expect(await server.proxy.increment()).toBe(13);
    expect(await server.proxy.pid()).toBe(process.pid);
    const other = await failure(
      Counter.connect(server.address, { authkey, serializer: serializer === 'msgpack' ? 'superjson' : 'msgpack' }),
    );
    expect(other).toBeInstanceOf(SerializerError);
  });

  test('U52 a client with another key is refused', async () => {
    await using server = await Counter.serve(local);
    const program = new Program('tcp-client', [server.address, 'another key of sixteen bytes']);
    expect(await program.said('failed')).toContain('AuthkeyError');
    expect(await failure(Counter.connect(server.address, { authkey: 'x'.repeat(32) }))).toBeInstanceOf(AuthkeyError);
  });

  test('U51 without an address it listens at a private one, of which nothing is left', async () => {
    const server = await Counter.serve();
    expect(server.address).toMatch(/^ipc:\/\/\/.+/);
    expect(socketFolders()).toHaveLength(1);
    const counter = await Counter.connect(server.address);
    expect(await counter.increment()).toBe(1);
    release(counter);
    await server.close();
    expect(socketFolders()).toEqual([]);
  });

  test('U10 options that were given win over those of the class', async () => {
    const there = Counter.with({ address: 'tcp://127.0.0.1:0', authkey, title: 'ignored' });
    await using server = await there.serve({ serializer: 'msgpack' });
    expect(server.address).toMatch(/^tcp:/);
    const counter = await Counter.connect(server.address, { authkey, serializer: 'msgpack' });
    expect(await counter.increment()).toBe(1);
    release(counter);
  });

  test('U13 U15 a client that shuts down runs the hook alone, and the actor outlives its last proxy', async () => {
    const log = new Log();
    await using server = await Hooked.serve(local, log.path);
    release(server.proxy);
    const program = new Program('client', [server.address, authkey, 'shutdown']);
    await program.said('done');
    expect(await program.ended).toEqual({ exitCode: 0, signal: null });
    expect(log.lines).toEqual(['shutdown', 'after the shutdown of a client']);
    await eventually(() => expect(server.report().sessions).toEqual([]));
    const later = new Program('client', [server.address, authkey, 'note']);
    await later.ended;
    expect(log.lines.at(-1)).toBe('noted by a client');
  });

  test('U14 await using at a client releases its proxy and no more', async () => {
    const log = new Log();
    await using server = await Hooked.serve(local, log.path);
    const program = new Program('client', [server.address, authkey, 'dispose']);
    await program.said('done');
    await program.ended;
    expect(log.lines).toEqual(['used by a client']);
    expect(server.report().objects).toMatchObject([{ typeid: 'actor', count: 0 }]);
  });

  test('U29 its proxies work in the actors of this process, those that were there before included', async () => {
    await using keeper = await Keeper.spawn();
    await using server = await Counter.serve(local);
    await keeper.keep(server.proxy);
    expect(await keeper.useKept('increment')).toBe(1);
    const home = await keeper.kept();
    expect(sameReferent(home, server.proxy)).toBe(true);
    release(home);
    await using later = await Keeper.spawn();
    await later.keep(server.proxy);
    expect(await later.useKept('increment')).toBe(2);
    await later.drop();
    await keeper.drop();
  });

  test('one process has one actor, and another one when the first has been closed', async () => {
    const server = await Counter.serve(local);
    const second = await failure(Keeper.serve(local));
    expect(second).toBeInstanceOf(UActorError);
    expect(second).toHaveProperty('message', expect.stringMatching(/already runs Counter.*spawn\(\) Keeper/));
    expect(await server.proxy.increment()).toBe(1);
    await server.close();
    await using keeper = await Keeper.serve(local);
    expect(await keeper.proxy.echo('next')).toBe('next');
  });

  test('what prevents it leaves nothing: a constructor that throws, an address in use, an option that is none', async () => {
    expect(await failure(Failing.serve(local, 'constructor'))).toBeInstanceOf(RangeError);
    expect(await failure(Failing.serve(local, 'init'))).toBeInstanceOf(SyntaxError);
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    expect(
      await failure(
        Counter.serve({
          addresses: [
            ['127.0.0.1', 0],
            ['127.0.0.1', portOf(holder)],
          ],
          authkey,
        }),
      ),
    ).toBeInstanceOf(AddressInUseError);
    holder.close();
    const misspelt = { ...local, adress: 'tcp://127.0.0.1:0' };
    const unknown = await failure(Counter.serve(misspelt));
    expect(unknown).toHaveProperty('message', expect.stringContaining('Counter.serve.options.adress is not an option'));
    expect(await failure(Counter.serve({ ...local, addresses: [] }))).toBeInstanceOf(TypeError);
    await using server = await Counter.serve(local);
    expect(await server.proxy.increment()).toBe(1);
  });

  test('an actor on every address of the machine names it by the name of the machine, then by its addresses', async () => {
    await using server = await Counter.serve({ address: 'tcp://0.0.0.0:0', authkey });
    const { port } = new URL(server.address);
    expect(server.address).toBe(`tcp://0.0.0.0:${port}`);
    const addresses = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal, family, address }) => !internal && family === 'IPv4' && !address.startsWith('169.254.'))
      .map(({ address }) => `tcp://${address}:${port}`);
    expect(server.report().addresses).toEqual([
      `tcp://${hostname()}:${port}`,
      ...addresses.slice(0, 4),
      `tcp://0.0.0.0:${port}`,
    ]);
    expect(server.proxy.connectionAddress).toBe(`tcp://${hostname()}:${port}`);
  });

  test('an actor on more addresses than a proxy may name is called at each of them', async () => {
    const folder = mkdtempSync(join(scratch, 'many-'));
    const addresses = Array.from({ length: 20 }, (_, index) => `ipc://${folder}/${index}.sock`);
    await using server = await Counter.serve({ addresses, authkey });
    expect(server.addresses).toEqual(addresses);
    for (const [index, address] of addresses.entries()) {
      const client = await Counter.connect(address, { authkey });
      expect(await client.increment()).toBe(index + 1);
      release(client);
    }
  });

  test('it names itself by what it was told to', async () => {
    await using server = await Counter.serve({ ...local, advertise: ['tcp://actors.example:7000'] });
    expect(server.proxy.connectionAddress).toBe('tcp://actors.example:7000');
    const client = await Counter.connect(server.address, { authkey });
    expect(client.connectionAddress).toBe(server.address);
    release(client);
  });
});

describe('closing a server', () => {
  test('U13 a call under way gets its answer, a newcomer none, and a later call learns that the actor is gone', async () => {
    const log = new Log();
    const options = { ...local, handleSignals: true, shutdownTimeout: 60_000 };
    const program = new Program('served', [log.path, JSON.stringify(options)]);
    const address = await program.said('address');
    const actor = await Hooked.connect(address, { authkey });
    const answers = new EventEmitter();
    const answered = once(answers, 'answer');
    const waiting = actor.callBack(() => answered);
    await eventually(() => expect(log.lines).toEqual(['calling back']));
    program.child.kill('SIGTERM');
    await eventually(async () => {
      expect(await failure(Hooked.connect(address, { authkey }))).toBeInstanceOf(ActorUnreachableError);
    });
    expect(log.lines).toEqual(['calling back']);
    answers.emit('answer', 'answered');
    expect(await waiting).toEqual(['answered']);
    expect(await program.said('closed')).toBe('without LISTEN_FDS');
    expect(await program.ended).toEqual({ exitCode: 0, signal: null });
    expect(log.lines).toEqual(['calling back', 'shutdown']);
    const gone = await failure(Promise.resolve(actor.note('too late')));
    expect(gone).toBeInstanceOf(ActorDiedError);
    expect(gone).toHaveProperty('executed', 'no');
    release(actor);
  });

  test('a second signal ends the process at once', async () => {
    const log = new Log();
    const options = { ...local, handleSignals: true, shutdownTimeout: 60_000 };
    const program = new Program('served', [log.path, JSON.stringify(options)]);
    const address = await program.said('address');
    const actor = await Hooked.connect(address, { authkey });
    const hanging = failure(actor.hang());
    await actor.note('it hangs');
    program.child.kill('SIGINT');
    await eventually(async () => {
      expect(await failure(Hooked.connect(address, { authkey }))).toBeInstanceOf(ActorUnreachableError);
    });
    program.child.kill('SIGINT');
    expect(await program.ended).toEqual({ exitCode: null, signal: 'SIGINT' });
    expect(await hanging).toHaveProperty('executed', 'maybe');
    expect(log.lines).toEqual(['it hangs']);
    release(actor);
  });

  test('U16 calls that do not end in time are rejected, and the hook has its turn', async () => {
    const log = new Log();
    const server = await Hooked.serve(local, log.path);
    const program = new Program('client', [server.address, authkey, 'hang']);
    await program.said('calls');
    await server.close({ grace: 50 });
    expect(await program.said('rejected')).toBe('ActorDiedError maybe');
    expect(log.lines).toEqual(['a call hangs', 'shutdown']);
    await program.ended;
  });

  test('a method may close its server', async () => {
    const server = await Keeper.serve(local);
    const keeper = await Keeper.connect(server.address, { authkey });
    await server.proxy.keep(() => void server.close());
    await keeper.callKept();
    await server.closed;
    expect(await failure(keeper.echo(1))).toBeInstanceOf(ActorDiedError);
    release(keeper);
  });

  test('what the hook throws is thrown by close(), every time, after everything has ended', async () => {
    const server = await ThrowingHook.serve(local);
    expect(await failure(server.close())).toEqual(new RangeError('the hook failed'));
    expect(await failure(server.close())).toEqual(new RangeError('the hook failed'));
    await server.closed;
    expect(await failure(ThrowingHook.connect(server.address, { authkey }))).toBeInstanceOf(ActorUnreachableError);
    expect(await failure(server.proxy.enter())).toBeInstanceOf(ProxyError);
  });

  test('U19 a hook that hangs is given up after the grace', async () => {
    const server = await HangingHook.serve(local);
    await server.close({ grace: 20 });
    await server.closed;
  });
});

describe('socket activation', () => {
  test.each(['tcp', 'ipc'])('a socket that listens already is used, over %s', async (scheme) => {
    const path = join(mkdtempSync(join(scratch, 'activated-')), 'a.sock');
    const socket = createServer().listen(scheme === 'tcp' ? { port: 0, host: '127.0.0.1' } : `${path}.made`);
    await once(socket, 'listening');
    // The rename keeps this process from removing the file when it closes the socket.
    if (scheme === 'ipc') renameSync(`${path}.made`, path);
    const given = scheme === 'tcp' ? 'tcp://0.0.0.0:1' : `ipc://${path}`;
    const place = scheme === 'tcp' ? `tcp://127.0.0.1:${portOf(socket)}` : `ipc://${path}`;
    const log = new Log();
    const options = { address: given, authkey, socketActivation: true, handleSignals: true };
    using activated = activate(socket, [log.path, JSON.stringify(options)]);
    await eventually(() => expect(activated.output()).toContain(`address ${place}\n`));
    const actor = await Hooked.connect(place, { authkey });
    await actor.note('activated');
    expect(log.lines).toEqual(['activated']);
    release(actor);
    activated.child.kill('SIGTERM');
    await activated.ended;
    expect(activated.output()).toContain('closed without LISTEN_FDS\n');
  });

  test('a socket of another kind than the address, or more addresses than sockets, is an error', async () => {
    const socket = createServer().listen(0, '127.0.0.1');
    await once(socket, 'listening');
    const options = { addresses: ['tcp://127.0.0.1:1', 'tcp://127.0.0.1:2'], authkey, socketActivation: true };
    using activated = activate(socket, [new Log().path, JSON.stringify(options)]);
    await activated.ended;
    expect(activated.output()).toContain('1 sockets were handed over by socket activation, and 2 addresses were given');
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const wrong = { address: 'ipc:///run/somewhere.sock', authkey, socketActivation: true };
    using refused = activate(other, [new Log().path, JSON.stringify(wrong)]);
    await refused.ended;
    expect(refused.output()).toContain('is not a Unix socket');
  });
});

describe('a served manager', () => {
  test('serves its shared objects to others until it is closed', async () => {
    const manager = SyncManager.getServer(local);
    const serving = manager.serveForever();
    const server = await manager.start();
    const client = await SyncManager.connect(server.address, { authkey });
    const queue = await client.Queue<number>(2);
    await queue.put(1);
    expect(await queue.get()).toBe(1);
    expect(server.report().objects.map(({ typeid }) => typeid)).toEqual(expect.arrayContaining(['Queue']));
    release(queue);
    await client[Symbol.asyncDispose]();
    await server.close();
    await serving;
    expect(await manager.start()).toBe(server);
  });
});

describe('a report', () => {
  test('H35 is refused unless the actor allows it', async () => {
    await using server = await Counter.serve(local);
    const counter = await Counter.connect(server.address, { authkey });
    const refused = await failure(inspectActor(counter));
    expect(refused).toBeInstanceOf(ProxyError);
    expect(refused).toHaveProperty('message', expect.stringContaining('inspectable: true'));
    release(counter);
  });

  test('U36 says what an actor shows, holds and has under way, served or spawned', async () => {
    await using server = await Counter.serve({ ...local, inspectable: true });
    const counter = await Counter.connect(server.address, { authkey });
    const rows = await counter.rows(3);
    const report = await inspectActor(counter);
    expect(report).toMatchObject({ name: 'Counter', pid: process.pid, addresses: [server.address], properties: [] });
    expect(report.methods).toEqual(expect.arrayContaining(['increment', 'rows', 'shutdown']));
    expect(report.typeids).toEqual(expect.arrayContaining(['actor', 'auto', 'Queue']));
    expect(report.objects.map(({ typeid }) => typeid)).toEqual(['actor', 'Iterator']);
    expect(report.sessions.length).toBeGreaterThan(0);
    expect(JSON.stringify(report)).not.toContain(authkey);
    release(rows);
    release(counter);
    await using spawned = await Counter.with({ inspectable: true }).spawn();
    const client = await Counter.connect(spawned.connectionAddress ?? '');
    expect(await inspectActor(client)).toMatchObject({ name: 'Counter', pid: await spawned.pid() });
    release(client);
  });
});

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it has no port');
  return address.port;
}

interface Activated extends Disposable {
  readonly child: ReturnType<typeof spawn>;
  readonly ended: Promise<unknown>;
  output(): string;
}

/** Runs the program `served` like systemd: with the socket as descriptor 3, and the program's own process id in LISTEN_PID. */
function activate(socket: Server, args: readonly string[]): Activated {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  if (typeof fd !== 'number') throw new Error('the socket has no descriptor');
  const command = 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=x exec "$0" "$@"';
  const program = 'build/fixtures/programs/served.js';
  const child = spawn('/bin/sh', ['-c', command, process.execPath, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', fd],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  // From now on, only the program accepts connections.
  socket.close();
  const ended = once(child, 'close');
  return { child, ended, output: () => output, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}
