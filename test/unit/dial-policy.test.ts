import { describe, expect, test } from 'vitest';
import type { AddressInfo } from '../../core/seam/transport.ts';
import { type DialSource, defaultDialPolicy, permissionOf } from '../../core/trust/dial-policy.ts';
import { ProxyError } from '../../core/seam/errors.ts';
import { thrown } from '../support/failure.ts';

const pipe: DialSource = { address: 'pipe', ip: undefined, local: true };
const at = (ip: string): DialSource => ({ address: `tcp://${ip}:7000`, ip, local: false });
const SENDERS = { pipe, machine: at('127.0.0.1'), site: at('10.0.0.9'), world: at('8.8.4.4') } as const;

const FORBIDDEN = [
  '169.254.169.254',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  'fe80::1',
  'fe80::1%eth0',
  'fd00:ec2::254',
  '100.100.100.200',
  '224.0.0.1',
  '255.255.255.255',
  'ff02::1',
  // The metadata services of Google, Oracle and Azure, and older ones of Oracle.
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  '168.63.129.16',
  '192.0.0.192',
  // IPv4 inside IPv6: compatible, translated, NAT64 (both prefixes, and the layout of 48 bits), 6to4, Teredo.
  '::169.254.169.254',
  '::ffff:0:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::a9fe:a9fe',
  '64:ff9b:1:a9fe:a9:fe00::',
  '2002:a9fe:a9fe::1',
  '2001:0:a9fe:a9fe::1',
  '2001:0:808:808::5601:5601',
  '100::1',
];
const MACHINE = [
  '127.0.0.1',
  '127.8.8.8',
  '::1',
  '0.0.0.0',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  '0:0:0:0:0:ffff:7f00:1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:0:808:808::80ff:fffe',
];
const SITE = [
  '10.0.0.5',
  '172.16.3.4',
  '192.168.1.1',
  '100.64.0.1',
  'fd12::1',
  '::ffff:10.0.0.5',
  '64:ff9b::a00:5',
  '64:ff9b:1::808:808',
  '2002:a00:5::',
  'fec0::1',
  '192.0.0.8',
  '198.18.0.1',
  '192.0.2.1',
  '203.0.113.5',
  '2001:db8::1',
  '3fff::1',
  '5f00::1',
  '2001:2::1',
];
const WORLD = [
  '8.8.8.8',
  '2a00:1450::1',
  '::ffff:8.8.8.8',
  '172.32.0.1',
  '64:ff9b::808:808',
  '2002:808:808::1',
  '192.31.196.1',
];

const GUARDED: AddressInfo = { reach: 'direct', guarded: true };
const ask = (info: AddressInfo, from: DialSource): boolean =>
  defaultDialPolicy('any://one', { ip: undefined, info, from });
const allowed = (ip: string, from: DialSource): boolean => defaultDialPolicy('any://one', { ip, info: GUARDED, from });

describe('the policy for addresses from peers', () => {
  test('H90 does not trust an inside address that a sender reached by a tunnel claims', () => {
    for (const ip of ['2002:a00:5::', '64:ff9b::a00:5', '2001:0:a00:5::1'])
      expect(allowed('10.0.0.5', at(ip)), ip).toBe(false);
    expect(allowed('10.0.0.5', at('::ffff:10.0.0.9'))).toBe(true);
  });

  test.each(FORBIDDEN)('H70 H90 forbids %s for every peer', (ip) => {
    for (const from of Object.values(SENDERS)) expect(allowed(ip, from), from.address).toBe(false);
  });

  test.each(MACHINE)('H70 H90 lets only processes of this machine name %s', (ip) => {
    expect(Object.values(SENDERS).map((from) => allowed(ip, from))).toEqual([true, true, false, false]);
  });

  test.each(SITE)('H70 H90 lets only peers inside the site name %s', (ip) => {
    expect(Object.values(SENDERS).map((from) => allowed(ip, from))).toEqual([true, true, true, false]);
  });

  test.each(WORLD)('H69 lets every peer name %s', (ip) => {
    for (const from of Object.values(SENDERS)) expect(allowed(ip, from), from.address).toBe(true);
  });

  test('H69 leaves addresses to transports that guard them, and allows other transports to processes of this machine only', () => {
    for (const from of Object.values(SENDERS)) {
      expect(ask(GUARDED, from)).toBe(true);
      expect(ask({ reach: 'machine', guarded: true }, from)).toBe(true);
      for (const reach of ['machine', 'direct', 'relay'] as const) expect(ask({ reach }, from)).toBe(from.local);
    }
  });

  test('H69 treats an unknown sender as a sender from outside', () => {
    const from = { address: 'broker://somewhere', ip: undefined, local: false };
    expect(allowed('10.0.0.1', from)).toBe(false);
    expect(allowed('8.8.8.8', from)).toBe(true);
  });

  test('H81 the error names the address, its target, its sender and the remedy', () => {
    const info = { peer: 'tcp://203.0.113.9:7', ip: '203.0.113.9', local: false, encrypted: true, authenticated: true };
    const error = thrown(() => permissionOf(() => undefined, info)('tcp://inside:7000', GUARDED, '127.0.0.1'));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({
      code: 'NOT_ALLOWED',
      executed: 'no',
      message: expect.stringMatching(/tcp:\/\/203.0.113.9:7 .* tcp:\/\/inside:7000 \(127\.0\.0\.1\).* options\.dial/),
    });
  });
});
