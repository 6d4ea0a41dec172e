import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../transports/ipc/address.ts';
import { failure } from '../conformance/transport-pair.ts';
import { IpcScene } from './ipc-scene.ts';

let scene: IpcScene;

beforeEach(() => {
  scene = new IpcScene();
});

afterEach(async () => {
  await scene[Symbol.asyncDispose]();
});

describe('ipc addresses', () => {
  test('U50 a path stays the same when it is formatted as an address and parsed, whatever its characters', () => {
    for (const path of ['/run/app/x.sock', '/tmp/50%/a b', '/tmp/what?#é', '/tmp/%41']) {
      expect(parseAddress(formatAddress(path))).toBe(path);
    }
    expect(formatAddress('/tmp/x.sock')).toBe('ipc:///tmp/x.sock');
    expect(parseAddress('ipc:///tmp/a%20b/../c')).toBe('/tmp/c');
  });

  test('U50 an invalid address is rejected with a reason', () => {
    const wrong = [
      'ipc://',
      'ipc://name',
      'ipc:///',
      'ipc:///a/',
      'ipc:///a%',
      'ipc:///a?b',
      'ipc:///a#b',
      'ipc:///a%00b',
      'tcp:///a',
    ];
    for (const address of wrong) {
      expect(() => parseAddress(address), address).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }));
    }
  });

  test("F17 H18 a path longer than the system's limit is rejected before binding, at both ends", async () => {
    const longest = 107 - Buffer.byteLength(scene.folder) - 1;
    for (const name of [
      'a'.repeat(longest + 1),
      'é'.repeat(longest / 2 + 1),
      `${'b'.repeat(longest + 40)}1`,
      `${'b'.repeat(longest + 40)}2`,
    ]) {
      for (const attempt of [scene.listen(scene.at(name)), scene.connect(scene.at(name))]) {
        expect(await failure(attempt)).toMatchObject({ name: 'TransportError', code: 'ADDRESS_TOO_LONG' });
      }
    }
    expect(readdirSync(scene.folder)).toEqual([]);
    const fitting = await scene.listen(scene.at('a'.repeat(process.platform === 'linux' ? longest : longest - 4)));
    await fitting.close();
    expect(readdirSync(scene.folder)).toEqual([]);
  });
});
