import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { childrenOf, scratch } from '../support/leaks.ts';

const PLATFORM = Object.getOwnPropertyDescriptor(process, 'platform') ?? {};
const folder = mkdtempSync(join(scratch, 'other-systems-'));

function pretend(platform: NodeJS.Platform): void {
  vi.resetModules();
  Object.defineProperty(process, 'platform', { ...PLATFORM, value: platform });
}

afterEach(() => {
  Object.defineProperty(process, 'platform', PLATFORM);
  vi.resetModules();
});

describe('Windows', () => {
  beforeEach(() => pretend('win32'));

  test('U5 no guardian starts: a job object ends the children with their parent', async () => {
    const { Guardian } = await import('../../core/process/owner/guardian.ts');
    const before = childrenOf(process.pid);
    const guardian = new Guardian();
    guardian.watch();
    guardian.guard(process.pid);
    guardian.cleanUp(folder);
    guardian.release(process.pid);
    expect(childrenOf(process.pid)).toEqual(before);
  });

  test('H88 modes of files and folders are not checked, because the system has other permissions', async () => {
    const { isSafeFolder } = await import('../../core/process/owner/node-command.ts');
    const { readAuthkey } = await import('../../cli/key-file.ts');
    const file = join(folder, 'key');
    writeFileSync(file, 'a key of more than sixteen bytes\r\n');
    chmodSync(file, 0o666);
    chmodSync(folder, 0o777);
    expect(isSafeFolder(folder)).toBe(true);
    const warn = vi.fn<(text: string) => void>();
    expect(Buffer.from(readAuthkey(file, warn)).toString()).toBe('a key of more than sixteen bytes');
    expect(warn).not.toHaveBeenCalled();
  });

  test('U77 ps says that it cannot list processes', async () => {
    const { psCommand } = await import('../../cli/ps-command.ts');
    const { readCommandLine } = await import('../../cli/command-line.ts');
    const run = (): unknown => Reflect.apply(psCommand.run, undefined, [readCommandLine([], psCommand.options)]);
    expect(run).toThrow('uactor ps is not available on Windows');
  });
});

test('U50 on macOS the path of a socket has at most 103 bytes', async () => {
  pretend('darwin');
  const { parseAddress } = await import('../../transports/ipc/address.ts');
  const path = `/${'x'.repeat(102)}`;
  expect(parseAddress(`ipc://${path}`)).toBe(path);
  expect(() => parseAddress(`ipc://${path}x`)).toThrow(
    expect.objectContaining({ code: 'ADDRESS_TOO_LONG', message: expect.stringContaining('allows 103') }),
  );
});
