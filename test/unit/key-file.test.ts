import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAuthkey } from '../../cli/key-file.ts';
import { disown, IpcScene } from './ipc-scene.ts';

let scene: IpcScene;
let file: string;
let warnings: string[];

beforeEach(() => {
  scene = new IpcScene();
  file = join(scene.folder, 'key');
  warnings = [];
  writeFileSync(file, 'a key of more than sixteen bytes\n');
});

afterEach(async () => {
  await scene[Symbol.asyncDispose]();
});

const read = (): string => Buffer.from(readAuthkey(file, (text) => warnings.push(text))).toString();

test.each([
  [0o600, 0],
  [0o400, 0],
  [0o640, 1],
  [0o644, 1],
])('H88 a key file of mode %o is accepted with %i warnings', (mode, count) => {
  chmodSync(file, mode);
  expect(read()).toBe('a key of more than sixteen bytes');
  expect(warnings).toHaveLength(count);
});

test('H88 a key file that every user can write to is rejected, because any user could have chosen the key', () => {
  chmodSync(file, 0o602);
  expect(read).toThrow(/is writable by every user: run chmod 600 on it/);
});

test('H88 a key file of another user is rejected', () => {
  disown(file);
  expect(read).toThrow(/belongs to another user/);
});
