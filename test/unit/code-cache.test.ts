import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cacheName, runCore } from '../../core/process/owner/code-cache.ts';

/** A text of the same length, which is all that V8 compares: code that can write the cache decides what runs. */
const TEXT = '(function (url, load) { return { from: "file ", url, load }; })';
const OTHER = '(function (url, load) { return { from: "cache", url, load }; })';

let base = '';
let folder = '';
let file = '';

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'cache-'));
  folder = join(base, '.cache');
  file = join(base, 'core-1.cjs');
  writeFileSync(file, TEXT);
  mkdirSync(folder, { mode: 0o700 });
  const other = new Script(OTHER);
  other.runInThisContext()('', () => Promise.resolve({}));
  writeFileSync(join(folder, cacheName(file)), other.createCachedData(), { mode: 0o600 });
});

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
  delete process.env['NODE_DISABLE_COMPILE_CACHE'];
});

const load = (): Promise<object> => Promise.resolve({});

function run(): object {
  return runCore(pathToFileURL(file).href, import.meta.url, load);
}

describe('H88 the core in the code cache', () => {
  test('H88 it is read from a folder that only this user can write to', () => {
    expect(run()).toEqual({ from: 'cache', url: import.meta.url, load });
  });

  test.each([0o777, 0o720, 0o702])('H88 it is not read from a folder with mode %o', (mode) => {
    chmodSync(folder, mode);
    expect(run()).toEqual({ from: 'file ', url: import.meta.url, load });
  });

  test('U5 NODE_DISABLE_COMPILE_CACHE disables it', () => {
    process.env['NODE_DISABLE_COMPILE_CACHE'] = '1';
    expect(run()).toMatchObject({ from: 'file ' });
  });

  test('U5 a cache that V8 rejects is ignored', () => {
    writeFileSync(join(folder, cacheName(file)), 'not what V8 wrote');
    expect(run()).toMatchObject({ from: 'file ' });
  });
});
