import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import type { AddressInfo } from '../../core/seam/transport.ts';
import { Authkey } from '../../core/trust/authkey.ts';
import { Keyring, type Route } from '../../core/trust/keyring.ts';

const REACHES: Readonly<Record<string, AddressInfo['reach']>> = { here: 'machine', there: 'direct', broker: 'relay' };

const own: Route = {
  authkey: Authkey.random(),
  address: undefined,
  limits: DEFAULT_LIMITS,
  keepAliveMs: undefined,
  transport: {},
};

const keyring = new Keyring((address) => ({ reach: REACHES[address.split(':', 1)[0] ?? ''] ?? 'direct' }));

test('U29 addresses on this machine are tried first, addresses through a broker last, and the others in the given order', () => {
  const endpoints = ['broker://a', 'there://b', 'here://c', 'there://a', 'here://a'];
  const tried = keyring.attempts('an instance', endpoints, own).map(({ address }) => address);
  expect(tried).toEqual(['here://c', 'here://a', 'there://b', 'there://a', 'broker://a']);
});

test('U29 the address that worked before is tried before all others', () => {
  keyring.learn('known', [], { ...own, address: 'broker://known' });
  const tried = keyring.attempts('known', ['there://b', 'here://c'], own).map(({ address }) => address);
  expect(tried).toEqual(['broker://known', 'here://c', 'there://b']);
});
