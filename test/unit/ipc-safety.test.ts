import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { formatAddress, parseAddress } from '../../transports/ipc/address.ts';
import { createIpc } from '../../transports/ipc/index.ts';
import { failure, Side } from '../conformance/transport-pair.ts';
import { close, deadSocket, disown, IpcScene } from './ipc-scene.ts';

const POLL = { timeout: 15_000, interval: 10 };

let scene: IpcScene;

beforeEach(() => {
  scene = new IpcScene();
});

afterEach(async () => {
  await scene[Symbol.asyncDispose]();
});

const folderUnder = (base: string | undefined, temporary: string): string => {
  vi.stubEnv('XDG_RUNTIME_DIR', base);
  vi.stubEnv('TMPDIR', temporary);
  const reserved = createIpc().privateAddress?.();
  if (reserved?.folder === undefined) throw new Error('There is no private folder.');
  reserved.discard();
  expect(existsSync(reserved.folder)).toBe(false);
  return dirname(reserved.folder);
};

/** Creates a folder as a killed process leaves it, with a link that names its owner. */
function left(name: string, owner?: string): string {
  const folder = join(scene.folder, `uactor-${name}`);
  mkdirSync(folder, { mode: 0o700 });
  if (owner !== undefined) symlinkSync(owner, join(folder, 'owner'));
  return folder;
}

/** Returns the content of the link by which this process marks its folder. */
function ownLink(): string {
  const place = createIpc().privateAddress?.();
  const link = readlinkSync(join(place?.folder ?? '', 'owner'));
  place?.discard();
  return link;
}

describe('safety of ipc', () => {
  test('H17 a folder that every user can write to is rejected at both ends, unless it is sticky', async () => {
    const listener = await scene.listen(scene.at('x'));
    chmodSync(scene.folder, 0o777);
    for (const attempt of [scene.listen(scene.at('y')), scene.connect(scene.at('x'))]) {
      expect(await failure(attempt)).toMatchObject({ name: 'TransportError', code: 'UNSAFE_FOLDER' });
    }
    chmodSync(scene.folder, 0o1777);
    await close(new Side(await scene.connect(scene.at('x'))));
    await listener.close();
  });

  test("H17 another user's folder is rejected at both ends", async () => {
    const listener = await scene.listen(scene.at('x'));
    disown(scene.folder);
    for (const attempt of [scene.listen(scene.at('y')), scene.connect(scene.at('x'))]) {
      expect(await failure(attempt)).toMatchObject({ code: 'UNSAFE_FOLDER' });
    }
    await listener.close();
  });

  test("H17 another user's socket is not connected to or replaced", async () => {
    const listener = await scene.listen(scene.at('x'));
    await deadSocket(join(scene.folder, 'dead'));
    for (const name of ['x', 'dead']) {
      disown(join(scene.folder, name));
      for (const attempt of [scene.listen(scene.at(name)), scene.connect(scene.at(name))]) {
        expect(await failure(attempt)).toMatchObject({ code: 'UNSAFE_FOLDER' });
      }
    }
    expect(existsSync(join(scene.folder, 'dead'))).toBe(true);
    await listener.close();
  });

  test('H17 a folder with the name of a private folder must be private: no link, mode 700', async () => {
    const real = join(scene.folder, 'uactor-abcdef');
    mkdirSync(real, { mode: 0o700 });
    const listener = await scene.listen(formatAddress(join(real, 'x')));
    symlinkSync(real, join(scene.folder, 'uactor-ghijkl'));
    expect(await failure(scene.connect(formatAddress(join(scene.folder, 'uactor-ghijkl', 'x'))))).toMatchObject({
      code: 'UNSAFE_FOLDER',
    });
    chmodSync(real, 0o750);
    expect(await failure(scene.connect(formatAddress(join(real, 'x'))))).toMatchObject({ code: 'UNSAFE_FOLDER' });
    expect(await failure(scene.listen(formatAddress(join(real, 'y'))))).toMatchObject({ code: 'UNSAFE_FOLDER' });
    await listener.close();
  });

  test('H17 a private folder that other users can enter is not used or deleted in any more', () => {
    const [first, second] = [scene.ipc.privateAddress?.(), scene.ipc.privateAddress?.()];
    if (first?.folder === undefined || second === undefined) throw new Error('There is no private folder.');
    chmodSync(first.folder, 0o777);
    const third = scene.ipc.privateAddress?.();
    if (third?.folder === undefined) throw new Error('There is no private folder.');
    expect(third.folder).not.toBe(first.folder);
    first.discard();
    expect(existsSync(first.folder)).toBe(true);
    chmodSync(first.folder, 0o700);
    second.discard();
    third.discard();
    expect([existsSync(first.folder), existsSync(third.folder)]).toEqual([false, false]);
  });
});

describe('folders that were not removed', () => {
  test('F60 U17 the next program removes the folders of dead processes and leaves those of live processes', async () => {
    vi.stubEnv('XDG_RUNTIME_DIR', undefined);
    vi.stubEnv('TMPDIR', scene.folder);
    const ours = ownLink();
    const [pid, start, space] = ours.split(' ');
    const ended = spawnSync('/bin/sh', ['-c', 'echo $$'], { encoding: 'utf8' }).stdout.trim();
    const gone = [left('gone00', `${ended} 1 ${space}`), left('reused', `${pid} ${Number(start) + 1} ${space}`)];
    for (const folder of gone) writeFileSync(join(folder, 'socket'), '');
    const old = left('empty0');
    utimesSync(old, 0, 0);
    const kept = [
      left('living', ours),
      left('other0', `${ended} 1 pid:[1]`),
      left('fresh0'),
      left('strang', 'nonsense'),
    ];
    const unclaimed = left('filled');
    writeFileSync(join(unclaimed, 'socket'), '');
    utimesSync(unclaimed, 0, 0);
    const open = left('public', `${ended} 1 ${space}`);
    chmodSync(open, 0o755);
    mkdirSync(join(scene.folder, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(scene.folder, 'elsewhere'), join(scene.folder, 'uactor-linked'));
    kept.push(unclaimed, open, join(scene.folder, 'uactor-linked'));

    const place = createIpc().privateAddress?.();
    await vi.waitFor(() => expect([...gone, old].filter((folder) => existsSync(folder))).toEqual([]), POLL);
    expect(kept.filter((folder) => !existsSync(folder))).toEqual([]);
    place?.discard();
    expect(existsSync(place?.folder ?? '')).toBe(false);
  });
});

describe('the private folder of ipc', () => {
  test('U51 it is in XDG_RUNTIME_DIR if that is private, otherwise in the temporary folder, otherwise in /tmp', () => {
    const runtime = join(scene.folder, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    const long = join(scene.folder, 'x'.repeat(80));
    mkdirSync(long);
    expect(folderUnder(runtime, scene.folder)).toBe(runtime);
    expect(folderUnder(undefined, scene.folder)).toBe(scene.folder);
    expect(folderUnder(join(scene.folder, 'missing'), scene.folder)).toBe(scene.folder);
    expect(folderUnder(undefined, long)).toBe('/tmp');
    chmodSync(runtime, 0o755);
    expect(folderUnder(runtime, scene.folder)).toBe(scene.folder);
  });

  test('U51 all addresses of a process share it, it lives as long as one of them, and it returns after a cleaner deleted it', () => {
    const [first, second] = [scene.ipc.privateAddress?.(), scene.ipc.privateAddress?.()];
    if (first?.folder === undefined || second === undefined) throw new Error('There is no private folder.');
    expect(second.folder).toBe(first.folder);
    writeFileSync(parseAddress(first.address), '');
    first.discard();
    expect(existsSync(parseAddress(first.address))).toBe(false);
    expect(existsSync(first.folder)).toBe(true);
    rmSync(first.folder, { recursive: true });
    const third = scene.ipc.privateAddress?.();
    if (third?.folder === undefined) throw new Error('There is no private folder.');
    expect(existsSync(third.folder)).toBe(true);
    second.discard();
    third.discard();
    expect(existsSync(third.folder)).toBe(false);
  });
});
