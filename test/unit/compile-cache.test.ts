import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withCompileCache } from '../../core/process/owner/node-command.ts';

let base = '';
let folder = '';

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'cache-'));
  folder = join(base, '.cache');
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function used(env: NodeJS.ProcessEnv = {}): string | undefined {
  return withCompileCache(env, folder)['NODE_COMPILE_CACHE'];
}

describe('H88 the folder of the compile cache', () => {
  test.each([0o000, 0o022, 0o077])('H88 is accessible to this user only under umask %o', (mask) => {
    const before = process.umask(mask);
    try {
      expect(used()).toBe(folder);
    } finally {
      process.umask(before);
    }
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test.each([0o777, 0o720, 0o702])('H88 is not used with mode %o', (mode) => {
    mkdirSync(folder);
    chmodSync(folder, mode);
    expect(used()).toBeUndefined();
  });

  test('H88 is not used if it is a link', () => {
    mkdirSync(join(base, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(base, 'elsewhere'), folder);
    expect(used()).toBeUndefined();
  });

  test("a user's own setting is kept", () => {
    expect(used({ NODE_COMPILE_CACHE: '/there' })).toBe('/there');
    expect(used({ NODE_DISABLE_COMPILE_CACHE: '1' })).toBeUndefined();
  });
});
