import { describe, expect, test } from 'vitest';
import { type DialSource, defaultDialPolicy, permissionOf } from '../../core/trust/dial-policy.ts';
import { ProxyError } from '../../core/seam/errors.ts';
import { thrown } from '../support/failure.ts';

const pipe: DialSource = { address: 'pipe', ip: undefined, local: true };
const at = (ip: string): DialSource => ({ address: `tcp://${ip}:7000`, ip, local: false });
const SENDERS = { pipe, machine: at('127.0.0.1'), site: at('10.0.0.9'), world: at('203.0.113.9') } as const;

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
];
const MACHINE = ['127.0.0.1', '127.8.8.8', '::1', '0.0.0.0', '::', '::ffff:127.0.0.1', '::ffff:7f00:1'];
const SITE = ['10.0.0.5', '172.16.3.4', '192.168.1.1', '100.64.0.1', 'fd12::1', '::ffff:10.0.0.5', '64:ff9b::a00:5'];
const WORLD = ['203.0.113.5', '8.8.8.8', '2001:db8::1', '::ffff:8.8.8.8', '172.32.0.1'];

const ask = (address: string, from: DialSource): boolean => defaultDialPolicy(address, { ip: undefined, from });
const allowed = (ip: string, from: DialSource): boolean => defaultDialPolicy('tcp://named:1', { ip, from });

describe('the policy for addresses that others name', () => {
  test.each(FORBIDDEN)('H70 refuses %s to everybody', (ip) => {
    for (const from of Object.values(SENDERS)) expect(allowed(ip, from), from.address).toBe(false);
  });

  test.each(MACHINE)('H70 lets nobody but processes of this machine name %s', (ip) => {
    expect(Object.values(SENDERS).map((from) => allowed(ip, from))).toEqual([true, true, false, false]);
  });

  test.each(SITE)('H70 lets nobody from outside the site name %s', (ip) => {
    expect(Object.values(SENDERS).map((from) => allowed(ip, from))).toEqual([true, true, true, false]);
  });

  test.each(WORLD)('H69 lets everybody name %s', (ip) => {
    for (const from of Object.values(SENDERS)) expect(allowed(ip, from), from.address).toBe(true);
  });

  test('H69 leaves sockets of this user to their own check, and other transports to processes of this machine', () => {
    for (const from of Object.values(SENDERS)) expect(ask('ipc:///run/a.sock', from)).toBe(true);
    expect(ask('broker://inside', pipe)).toBe(true);
    expect(ask('broker://inside', SENDERS.world)).toBe(false);
  });

  test('H69 counts a sender of whom nothing is known as one from outside', () => {
    const from = { address: 'broker://somewhere', ip: undefined, local: false };
    expect(allowed('10.0.0.1', from)).toBe(false);
    expect(allowed('8.8.8.8', from)).toBe(true);
  });

  test('H81 the error names the address, what it leads to, who named it and what to do', () => {
    const info = { peer: 'tcp://203.0.113.9:7', ip: '203.0.113.9', local: false, encrypted: true, authenticated: true };
    const error = thrown(() => permissionOf(() => undefined, info)('tcp://inside:7000', '127.0.0.1'));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({
      code: 'NOT_ALLOWED',
      executed: 'no',
      message: expect.stringMatching(/tcp:\/\/203.0.113.9:7 .* tcp:\/\/inside:7000 \(127\.0\.0\.1\).* options\.dial/),
    });
  });
});
