import { X509Certificate } from 'node:crypto';
import { credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node';
import { afterAll, expect, test } from 'vitest';
import { accessOptions } from '../../transports/nats/nats-client.ts';
import { natsOptions, settingsOf } from '../../transports/nats/options.ts';
import { Authority } from '../support/certificates.ts';
import { thrown } from '../support/failure.ts';

const authority = new Authority();
afterAll(() => authority[Symbol.dispose]());

const servers = '127.0.0.1:4222';

test.each<readonly [Readonly<Record<string, unknown>>, string]>([
  [{ servers, server: 1 }, 'nats.server is not an option; the options are servers,'],
  [{ user: 'shop' }, "nats.servers must be the broker's host:port"],
  [{ servers: [] }, 'nats.servers must be'],
  [{ servers: [servers, ''] }, 'nats.servers must be'],
  [{ servers: [servers, 4222] }, 'nats.servers must be'],
  [{ servers: `shop:hidden@${servers}` }, 'nats.servers must not contain credentials'],
  [{ servers, pass: { hidden: 1 } }, 'nats.pass must be a text'],
  [{ servers, nkey: new Uint8Array(32) }, 'nats.nkey must be a text'],
  [{ servers, silenceMs: 999 }, 'nats.silenceMs must be a number of 1000 or more'],
  [{ servers, outageMs: Number.NaN }, 'nats.outageMs must be a number'],
  [{ servers, encryption: 'no' }, 'nats.encryption must be true or false'],
  [{ servers, tls: true }, 'nats.tls must be an object of ca, cert and key'],
  [{ servers, tls: null }, 'nats.tls must be an object'],
  [{ servers, tls: { pfx: 'hidden' } }, 'nats.tls.pfx is not an option'],
  [{ servers, tls: { key: Buffer.from('hidden') } }, 'nats.tls.key must be a text'],
])('invalid broker options %o are rejected, and the message does not contain a secret', (given, message) => {
  const error = thrown(() => natsOptions(given, 'nats'));
  expect(error).toMatchObject({ name: 'TypeError', message: expect.stringContaining(message) });
  expect(String(error)).not.toContain('hidden');
});

test('empty broker options mean those that are known already, and others are complete', () => {
  expect(natsOptions({}, 'nats')).toBeUndefined();
  const options = natsOptions({ servers, silenceMs: 1_000, token: 'a token', tls: { ca: 'a ca' } }, 'nats');
  expect(options).toEqual({
    servers: [servers],
    encryption: true,
    silenceMs: 1_000,
    token: 'a token',
    tls: { ca: 'a ca' },
  });
  expect(settingsOf({ servers })).toEqual({ silenceMs: 30_000, outageMs: 60_000, firstNumber: 0 });
});

/** Returns whether TLS accepts a broker that presents a certificate for that name. */
function accepts(list: readonly string[], connectedTo: string, certifiedName: string): boolean {
  const certificate = new X509Certificate(authority.issue({ name: certifiedName }).cert).toLegacyObject();
  const { tls } = accessOptions({ credsAuthenticator, nkeyAuthenticator }, { servers: list, tls: {} });
  const check: unknown = typeof tls === 'object' && tls !== null ? Reflect.get(tls, 'checkServerIdentity') : undefined;
  if (typeof check !== 'function') throw new Error('TLS would not check the name');
  return Reflect.apply(check, undefined, [connectedTo, certificate]) === undefined;
}

test("H82 a broker's certificate must be valid for its name, or for one of the configured IP addresses", () => {
  const named = ['nats.example.org:4222'];
  expect(accepts(named, 'nats.example.org', 'DNS:nats.example.org')).toBe(true);
  expect(accepts(named, 'nats.example.org', 'DNS:other.example.org')).toBe(false);
  // nats.js names the broker `localhost` when it has only an address.
  const addresses = ['10.0.0.7:4222', 'nats://[fd00::7]:4222'];
  expect(accepts(addresses, 'localhost', 'IP:10.0.0.7')).toBe(true);
  expect(accepts(addresses, 'localhost', 'IP:fd00::7')).toBe(true);
  expect(accepts(addresses, 'localhost', 'IP:10.0.0.8')).toBe(false);
  expect(accepts(addresses, 'localhost', 'DNS:localhost')).toBe(false);
  // The certificate of one broker is not valid for another that has a name.
  expect(accepts([...named, ...addresses], 'nats.example.org', 'IP:10.0.0.7')).toBe(false);
});
