import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../transports/ipc/address.ts';
import { failure, Side, turn, within } from '../conformance/transport-pair.ts';
import { eventually } from '../support/eventually.ts';
import { close, deadSocket, IpcScene } from './ipc-scene.ts';

let scene: IpcScene;

beforeEach(() => {
  scene = new IpcScene();
});

afterEach(async () => {
  await scene[Symbol.asyncDispose]();
});

describe('listening on ipc', () => {
  for (const mask of [0o000, 0o777]) {
    test(`F17 under umask ${mask.toString(8)} the folder has mode 700 and the socket 600`, async () => {
      const before = process.umask(mask);
      try {
        const reserved = scene.ipc.privateAddress?.();
        if (reserved?.folder === undefined) throw new Error('There is no private folder.');
        expect(lstatSync(reserved.folder).mode & 0o777).toBe(0o700);
        const listener = await scene.listen(reserved.address);
        expect(lstatSync(parseAddress(reserved.address)).mode & 0o777).toBe(0o600);
        await close(new Side(await scene.connect(reserved.address)));
        await listener.close();
        reserved.discard();
        expect(existsSync(reserved.folder)).toBe(false);
      } finally {
        process.umask(before);
      }
    });
  }

  test('F17 a folder that is missing, is a file, or is not writable causes a TransportError', async () => {
    writeFileSync(join(scene.folder, 'file'), '');
    mkdirSync(join(scene.folder, 'closed'), { mode: 0o500 });
    // Root may write anywhere except in a file system that does not support it.
    const unwritable = process.geteuid?.() === 0 ? '/proc/self/x.sock' : join(scene.folder, 'closed', 'x.sock');
    for (const path of [join(scene.folder, 'missing', 'x.sock'), join(scene.folder, 'file', 'x.sock'), unwritable]) {
      expect(await failure(scene.listen(formatAddress(path)))).toMatchObject({
        name: 'TransportError',
        code: 'TRANSPORT',
      });
    }
  });

  test('F18 a dead socket is replaced', async () => {
    await deadSocket(join(scene.folder, 'x'));
    const listener = await scene.listen(scene.at('x'));
    await close(new Side(await scene.connect(scene.at('x'))));
    expect(readdirSync(scene.folder)).toEqual(['x']);
    await listener.close();
    expect(readdirSync(scene.folder)).toEqual([]);
  });

  test('F18 a file, folder or link at the path is left alone', async () => {
    writeFileSync(join(scene.folder, 'file'), 'precious');
    mkdirSync(join(scene.folder, 'folder'));
    symlinkSync(join(scene.folder, 'nowhere'), join(scene.folder, 'link'));
    for (const name of ['file', 'folder', 'link']) {
      expect(await failure(scene.listen(scene.at(name)))).toMatchObject({ name: 'TransportError', code: 'TRANSPORT' });
    }
    expect(readFileSync(join(scene.folder, 'file'), 'utf8')).toBe('precious');
    expect(readdirSync(scene.folder)).toEqual(['file', 'folder', 'link']);
  });

  test('F18 one of many listeners in one process gets the address', async () => {
    for (let round = 0; round < 20; round++) {
      const name = `x${round}`;
      if (round % 2 === 0) await deadSocket(join(scene.folder, name));
      const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => scene.listen(scene.at(name))));
      const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const losers = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(winners).toHaveLength(1);
      for (const error of losers) expect(error).toMatchObject({ code: 'ADDRESS_IN_USE' });
      expect(readdirSync(scene.folder)).toEqual([name]);
      await close(new Side(await scene.connect(scene.at(name))));
      await winners[0]?.close();
    }
  });

  test('F18 one of three processes that race for an address gets it', async () => {
    const racers = Array.from({ length: 3 }, () =>
      scene.child(`
        say('ready');
        for await (const address of lines) {
          say(await ipc.listen(address, (it) => it.open(silent), options).then(() => 'won', (error) => error.code));
        }
      `),
    );
    for (const racer of racers) expect(await racer.line()).toBe('ready');
    for (let round = 0; round < 30; round++) {
      const name = `x${round}`;
      await deadSocket(join(scene.folder, name));
      for (const racer of racers) racer.send(scene.at(name));
      const outcomes = await Promise.all(racers.map((racer) => racer.line()));
      expect(outcomes.toSorted()).toEqual(['ADDRESS_IN_USE', 'ADDRESS_IN_USE', 'won']);
      await close(new Side(await scene.connect(scene.at(name))));
    }
    expect(readdirSync(scene.folder)).toHaveLength(30);
  });

  test('F18 the lock of a killed sweeper is reported, not overruled', async () => {
    await deadSocket(join(scene.folder, 'x'));
    const { ino, ctimeNs } = lstatSync(join(scene.folder, 'x'), { bigint: true });
    const permit = join(scene.folder, `.uactor-sweep-${ino.toString(36)}-${ctimeNs.toString(36)}`);
    writeFileSync(permit, '');
    const error = await failure(scene.listen(scene.at('x')));
    expect(error).toMatchObject({ code: 'TRANSPORT' });
    expect(error.message).toContain(permit);
    rmSync(permit);
    const listener = await scene.listen(scene.at('x'));
    await listener.close();
  });

  test('closing leaves alone a file that another process put at the address', async () => {
    const first = await scene.listen(scene.at('x'));
    renameSync(join(scene.folder, 'x'), join(scene.folder, 'moved'));
    const second = await scene.listen(scene.at('x'));
    await first.close();
    await close(new Side(await scene.connect(scene.at('x'))));
    await second.close();
    expect(readdirSync(scene.folder)).toEqual(['moved']);
  });

  test('F39 deleting the socket file leaves open connections alone; new connections are refused at once', async () => {
    const sides: Side[] = [];
    const listener = await scene.listen(scene.at('x'), (it) => void sides.push(new Side(it)));
    const client = new Side(await scene.connect(scene.at('x')));
    rmSync(join(scene.folder, 'x'));
    expect(await failure(scene.connect(scene.at('x')))).toMatchObject({ code: 'UNREACHABLE' });
    client.connection.write([Buffer.from('here')]);
    while (sides.length === 0) await turn();
    await within('the bytes', Promise.all(sides.map((side) => side.received(4))));
    await close(client, ...sides);
    await listener.close();
  });

  test('F26 a listener without file descriptors does not spin, keeps its connections and recovers', async () => {
    const server = scene.child(
      `
      let usage = process.cpuUsage();
      const busyMs = () => { const { user, system } = process.cpuUsage(usage); return Math.round((user + system) / 1000); };
      await ipc.listen(${JSON.stringify(scene.at('x'))}, (it) => it.open({ ...silent, data: (chunk) => it.write([Buffer.from(chunk)]) }), options);
      say('ready');
      for await (const _ of lines) {
        usage = process.cpuUsage();
        setTimeout(() => say(String(busyMs())), 500);
      }
    `,
      64,
    );
    expect(await server.line()).toBe('ready');
    const first = new Side(await scene.connect(scene.at('x')));
    const crowd = await Promise.all(Array.from({ length: 150 }, () => scene.connect(scene.at('x'))));
    const sides = crowd.map((it) => new Side(it));
    server.send('measure');
    expect(Number(await server.line())).toBeLessThan(250);
    // The system did not have a descriptor for each of them, so some were refused.
    expect(sides.some((side) => side.causes.length > 0)).toBe(true);
    first.connection.write([Buffer.from('hello')]);
    await within('the echo', first.received(5));
    await close(...sides);
    const later = new Side(await scene.connect(scene.at('x')));
    later.connection.write([Buffer.from('again')]);
    await within('the echo', later.received(5));
    await close(first, later);
  });
});

test('F17 an accepted connection is not named by the address of this end', async () => {
  const peers: string[] = [];
  const address = formatAddress(join(scene.folder, 'named.sock'));
  const listener = await scene.listen(address, (connection) => {
    peers.push(connection.info.peer);
    connection.destroy();
  });
  const connection = await scene.connect(address);
  expect(connection.info.peer).toBe(address);
  await eventually(() => expect(peers).toHaveLength(1));
  connection.destroy();
  await listener.close();
  expect(peers).toEqual([`a process that connected to ${address}`]);
});
