import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const PLATFORM = Object.getOwnPropertyDescriptor(process, 'platform') ?? {};

/** Loads the transport's functions for addresses as on Windows. */
async function onWindows() {
  return {
    ...(await import('../../transports/ipc/address.ts')),
    ...(await import('../../transports/ipc/private-folder.ts')),
  };
}

beforeEach(() => {
  vi.resetModules();
  Object.defineProperty(process, 'platform', { ...PLATFORM, value: 'win32' });
});

afterEach(() => {
  Object.defineProperty(process, 'platform', PLATFORM);
  vi.resetModules();
});

describe('Windows pipes', () => {
  test('H19 the names of private pipes are random, so another process cannot claim one in advance', async () => {
    const { PrivateFolder, parseAddress } = await onWindows();
    const pipes = new PrivateFolder();
    const addresses = Array.from({ length: 1_000 }, () => pipes.reserve().address);
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const address of addresses) {
      expect(address).toMatch(/^ipc:\/\/\/\/\.\/pipe\/uactor-[\w-]{16}$/);
      expect(parseAddress(address)).toMatch(/^\\\\\.\\pipe\\uactor-[\w-]{16}$/);
    }
  });

  test('U50 a pipe has the name in its address', async () => {
    const { parseAddress, formatAddress } = await onWindows();
    expect(parseAddress('ipc:////./pipe/search.v1')).toBe('\\\\.\\pipe\\search.v1');
    expect(formatAddress('\\\\.\\pipe\\my app')).toBe('ipc:////./pipe/my%20app');
  });

  test.each([
    'ipc:////10.0.0.7/pipe/x',
    'ipc:////server/pipe/x',
    'ipc:////?/pipe/x',
    'ipc:////./UNC/server/pipe/x',
    'ipc:////./pipe/',
    'ipc:////./pipe/../UNC/server/pipe/x',
    'ipc:////./pipe/..%5CUNC%5Cserver%5Cpipe%5Cx',
    'ipc:////./pipe/a/../../UNC/server/pipe/x',
    'ipc:////./pipe/a/.. /.. /UNC/server/pipe/x',
    'ipc:////./pipe/..',
  ])('H19 H70 no address leads to a pipe of another machine: %s', async (address) => {
    const { parseAddress } = await onWindows();
    expect(() => parseAddress(address)).toThrow(
      expect.objectContaining({ name: 'TransportError', code: 'ADDRESS_INVALID' }),
    );
  });
});
