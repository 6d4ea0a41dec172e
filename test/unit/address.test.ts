import { describe, expect, test } from 'vitest';
import { normaliseAddress, useBuiltInChoices } from '../../core/declaration/address.ts';
import { formatAddress, parseAddress } from '../../transports/socket/address.ts';

/** Passes an address as code without types may pass it. */
function untyped(address: unknown): never {
  const holder: { address: never } = JSON.parse(JSON.stringify({ address }));
  return holder.address;
}

useBuiltInChoices({
  serializer: 'superjson',
  taskSerializer: 'msgpack',
  privateScheme: 'ipc',
  hostScheme: 'tcp',
  schemes: () => ['ipc', 'tcp'],
});

describe('addresses', () => {
  test('U50 host and port become a tcp address, and a string stays unchanged', () => {
    expect(normaliseAddress(['0.0.0.0', 0], 'x')).toBe('tcp://0.0.0.0:0');
    expect(normaliseAddress(['::1', 80], 'x')).toBe('tcp://[::1]:80');
    expect(normaliseAddress(['[::1]', 80], 'x')).toBe('tcp://[::1]:80');
    expect(normaliseAddress('ipc:///run/a.sock', 'x')).toBe('ipc:///run/a.sock');
  });

  test.each([[7000], [['host']], [['host', '80']], [['', 80]], [['host', 65_536]], [['host', 1.5]], [null], [{}]])(
    'U50 %j is rejected, and the error says what to write',
    (address) => {
      const attempt = (): string => normaliseAddress(untyped(address), 'Counter.options.address');
      expect(attempt).toThrow(TypeError);
      expect(attempt).toThrow(
        /^Counter\.options\.address must be a string such as ipc:\/\/\/.* or tcp:\/\/.*\['0\.0\.0\.0', 0\]$/,
      );
    },
  );

  test('U50 a tcp address stays the same when it is parsed and formatted', () => {
    for (const address of [
      'tcp://0.0.0.0:0',
      'tcp://[::1]:7000',
      'tcp://a-b.example.org:65535',
      'tcp://[fe80::1%eth0]:1',
    ]) {
      expect(formatAddress(parseAddress(address))).toBe(address);
    }
    expect(parseAddress('TCP://[::1]:7000')).toEqual({ host: '::1', port: 7000 });
  });

  test.each([
    'tcp://',
    'tcp://host',
    'tcp://host:',
    'tcp://:80',
    'tcp://host:65536',
    'tcp://host:-1',
    'tcp://host:80/',
    'tcp://user@host:80',
    'tcp://::1:80',
    'tcp://[1.2.3.4]:80',
    'tcp://[::1:80',
    'tcp://a b:80',
    'ipc:///a',
  ])('U50 %s is not a tcp address', (address) => {
    expect(() => parseAddress(address)).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }));
  });
});
