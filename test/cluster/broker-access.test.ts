import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { release, stats } from 'uactor';
import { Cluster, type ClusterOptions } from 'uactor/cluster';
import { afterAll, describe, expect, test } from 'vitest';
import { Clustered } from '#fixtures/clustered.js';
import { Authority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { scratch } from '../support/leaks.ts';
import { BrokerProcess, newest } from './broker-process.ts';
import { freshCluster, startClusterHost } from './cluster-program.ts';

const authority = new Authority();
afterAll(() => authority[Symbol.dispose]());

type Access = Pick<ClusterOptions, 'user' | 'pass' | 'token' | 'creds' | 'nkey' | 'tls'>;

/** A way to authenticate to the brokers. */
interface Way {
  /** Returns lines of the server's configuration; writes the files that they name to the folder. */
  readonly config: (folder: string) => string;
  readonly access: Access;
  /** Access that the broker refuses. */
  readonly other: Access;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const quoted = (value: unknown): string => JSON.stringify(value);

function written(folder: string, name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return quoted(path);
}

const nkey = nkeys.createUser();
const { ca, cert, key } = authority.issue();
const jwts = makeJwts();

const WAYS: Readonly<Record<string, Way>> = {
  'a user and a password': {
    config: () => 'authorization { user: shop, password: "a password" }',
    access: { user: 'shop', pass: 'a password' },
    other: { user: 'shop', pass: 'another password' },
  },
  'a token': {
    config: () => 'authorization { token: "a token" }',
    access: { token: 'a token' },
    other: { token: 'another token' },
  },
  'an nkey': {
    config: () => `authorization { users: [ { nkey: ${nkey.getPublicKey()} } ] }`,
    access: { nkey: text(nkey.getSeed()) },
    other: { nkey: text(nkeys.createUser().getSeed()) },
  },
  'a .creds file': {
    config: () =>
      `operator: ${jwts.operator}\nsystem_account: ${jwts.system.id}\nresolver: MEMORY\n` +
      `resolver_preload: { ${jwts.account.id}: ${jwts.account.jwt}, ${jwts.system.id}: ${jwts.system.jwt} }`,
    access: { creds: jwts.creds },
    other: { creds: makeJwts().creds },
  },
  'TLS with a certificate of its own': {
    config: (folder) =>
      `tls { ca_file: ${written(folder, 'ca.pem', ca)}, cert_file: ${written(folder, 'cert.pem', cert)}, ` +
      `key_file: ${written(folder, 'key.pem', key)}, verify: true }`,
    access: { tls: authority.issue() },
    other: { tls: { ca } },
  },
};

describe.each(Object.entries(WAYS))('brokers that ask for %s', (_name, { config, access, other }) => {
  test('U70 take hosts, their actors and clients that have it, and refuse others', async () => {
    const folder = mkdtempSync(join(scratch, 'access-'));
    const file = join(folder, 'nats.conf');
    writeFileSync(file, `jetstream { store_dir: ${quoted(join(folder, 'data'))} }\n${config(folder)}\n`);
    await using broker = await BrokerProcess.start(newest, '-c', file);
    const options = { ...freshCluster(broker.address), ...access };
    // The actors listen only at the brokers, so they also have to authenticate there.
    const actorAddresses = [`nats://${options.brokers}/${options.namespace}`];
    await using host = await startClusterHost(options, { id: 'a', addresses: [], actorAddresses });
    await using cluster = await Cluster.connect(options);
    const one = await cluster.spawn(Clustered, 'one');
    expect(await one.count()).toMatchObject({ count: 1 });
    const strangers = [other, {}].map((its) => ({ ...freshCluster(broker.address), ...its }));
    for (const stranger of strangers) {
      expect(await failure(Cluster.connect(stranger))).toMatchObject({
        name: 'TransportError',
        message: expect.stringContaining(broker.address),
      });
    }
    await cluster.stop('one');
    release(one);
    await sessionsEnd();
    expect(host.stderr).toBe('');
  });
});

/** The broker or keepAlive reports that a process is gone: both must be running until then. */
async function sessionsEnd(): Promise<void> {
  await eventually(() => expect(stats().sessions).toBe(0), 60_000);
}

/** Creates an operator with two accounts and a user, like `nsc`. */
function makeJwts(): {
  readonly operator: string;
  readonly system: { readonly id: string; readonly jwt: string };
  readonly account: { readonly id: string; readonly jwt: string };
  readonly creds: string;
} {
  const [operator, system, account, user] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
    nkeys.createUser(),
  ];
  const limits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const accountOf = (pair: nkeys.KeyPair, more: object): string =>
    sign(operator, pair, { type: 'account', version: 2, limits: { ...limits, ...more } });
  const jwt = sign(account, user, { type: 'user', version: 2, subs: -1, data: -1, payload: -1 });
  return {
    operator: sign(operator, operator, { type: 'operator', version: 2 }),
    system: { id: system.getPublicKey(), jwt: accountOf(system, {}) },
    account: { id: account.getPublicKey(), jwt: accountOf(account, storage) },
    creds: [
      '-----BEGIN NATS USER JWT-----',
      jwt,
      '------END NATS USER JWT------',
      '-----BEGIN USER NKEY SEED-----',
      text(user.getSeed()),
      '------END USER NKEY SEED------',
      '',
    ].join('\n'),
  };
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function sign(issuer: nkeys.KeyPair, subject: nkeys.KeyPair, nats: object): string {
  const claims = {
    jti: subject.getPublicKey(),
    iat: Math.floor(Date.now() / 1_000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: 'test',
    nats,
  };
  const signed = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(claims)}`;
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString('base64url')}`;
}

/** The configuration in docs/cluster.md. */
const documented = /```text\n(# nats\.conf[\s\S]*?)```/.exec(readFileSync('docs/cluster.md', 'utf8'))?.[1] ?? '';

describe('the permissions of docs/cluster.md', () => {
  const PASSWORDS = { SHOP_HOST: 'of the host', SHOP_ACTOR: 'of the actors', SHOP_CLIENT: 'of the client' };

  test('U70 let hosts, actors and clients do their work, and nothing else', async () => {
    const folder = mkdtempSync(join(scratch, 'permissions-'));
    const file = join(folder, 'nats.conf');
    let config = documented.replace('/var/lib/nats', join(folder, 'data'));
    for (const [name, password] of Object.entries(PASSWORDS)) config = config.replace(`$${name}`, quoted(password));
    expect(config).not.toContain('$SHOP');
    writeFileSync(file, config);
    await using broker = await BrokerProcess.start(newest, '-c', file);
    const common = { ...freshCluster(broker.address), namespace: 'shop' };
    const as = (user: string, pass: string): ClusterOptions => ({ ...common, user, pass });
    const hostOptions = as('shop-host', PASSWORDS.SHOP_HOST);
    const transport = { nats: { servers: broker.address, user: 'shop-actor', pass: PASSWORDS.SHOP_ACTOR } };
    const actorAddresses = [`nats://${common.brokers}/shop`];
    const hosts = new Map(
      await Promise.all(
        ['a', 'b'].map(
          async (id) =>
            [id, await startClusterHost(hostOptions, { id, addresses: [], actorAddresses, transport })] as const,
        ),
      ),
    );
    await using cluster = await Cluster.connect(as('shop-client', PASSWORDS.SHOP_CLIENT));
    expect((await cluster.hosts()).map(({ id }) => id)).toEqual(['a', 'b']);
    const lost = new Promise((resolve) => void cluster.on('death', resolve));
    const one = await cluster.spawn(Clustered.with({ restart: 'always' }), 'one');
    const before = await one.count();
    const [{ host = '' } = {}] = await cluster.names();
    hosts.get(host)?.child.kill('SIGKILL');
    expect(await lost).toMatchObject({ kind: 'host', id: host, by: 'lost' });
    const after = await one.count();
    expect(after.pid).not.toBe(before.pid);
    await cluster.stop('one');
    expect(await cluster.names()).toEqual([]);
    const waits = await cluster.spawn(Clustered.with({ restart: 'always' }), 'waits');
    const [left = ''] = [...hosts.keys()].filter((id) => id !== host);
    await cluster.drain(left);
    await hosts.get(left)?.ended;
    // The page says that a client may not free a name without a host.
    expect(await failure(cluster.stop('waits'))).toMatchObject({
      name: 'TransportError',
      message: expect.stringContaining('Give this process the permission'),
    });
    release(waits);
    // A client creates neither records nor leases, and receives nothing of another namespace.
    const records = await failure(Cluster.connect({ ...as('shop-client', PASSWORDS.SHOP_CLIENT), namespace: 'other' }));
    expect(records).toMatchObject({ name: 'TransportError' });
    for (const program of hosts.values()) expect(program.stderr).not.toMatch(/permission/i);
    release(one);
    await sessionsEnd();
    for (const program of hosts.values()) await program[Symbol.asyncDispose]();
  });
});
