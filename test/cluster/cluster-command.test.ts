import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nkeys } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { Clustered } from '#fixtures/clustered.js';
import { scratch } from '../support/leaks.ts';
import { eventually } from '../support/eventually.ts';
import { Program } from '../support/program.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';
import { BrokerProcess, newest } from './broker-process.ts';
import { authkey, startClusterHost, TTL_MS } from './cluster-program.ts';

const MAIN = 'dist/cli/main.js';

/** Returns a function that runs `uactor cluster` for these brokers, with a key file in that folder. */
function commandFor(
  broker: BrokerProcess,
  folder: string,
): {
  readonly common: readonly string[];
  readonly run: (...args: readonly string[]) => Promise<ProgramRun>;
} {
  const keyFile = join(folder, 'key');
  writeFileSync(keyFile, `${authkey}\n`, { mode: 0o600 });
  const common = ['--servers', broker.address, '--namespace', 'shop', '--authkey-file', keyFile];
  return {
    common,
    run: async (...args) => await runProgram([MAIN, 'cluster', ...args, ...common]),
  };
}

test('U70 uactor cluster serves hosts, shows hosts and names, stops an actor and drains a host', async () => {
  const folder = mkdtempSync(join(scratch, 'cluster-command-'));
  await using broker = await BrokerProcess.start(newest, '-js', '-sd', join(folder, 'jetstream'));
  const { common, run } = commandFor(broker, folder);
  const host = new Program(
    'uactor',
    [
      'cluster serve --listen tcp://127.0.0.1:0 --id a --slots 2 --label gpu=1 --ttl 2000 --json --modules'.split(' '),
      fileURLToPath(Clustered.module),
      common,
    ].flat(),
    { file: `../../${MAIN}` },
  );
  await eventually(() => expect(host.stdout, host.stderr).toContain('"addresses":["tcp://127.0.0.1:'));
  expect((await run('hosts')).stdout).toContain('a on ');
  const client = new Program('cluster-client', [broker.address, 'shop', authkey]);
  expect(await client.said('count')).toBe('1');
  expect(await client.ended).toEqual({ exitCode: 0, signal: null });
  // A host writes its free slots a moment after they have changed.
  await eventually(async () => {
    const hosts: unknown = JSON.parse((await run('hosts', '--json')).stdout);
    expect(hosts).toMatchObject([{ id: 'a', slots: 2, free: 1, labels: { gpu: '1' } }]);
  });
  expect((await run('ps')).stdout).toMatch(/counter \(Clustered, restart always\): running on a, process \d+/);
  expect(await run('stop', 'counter')).toMatchObject({ exitCode: 0, stderr: '' });
  expect((await run('ps', '--json')).stdout).toBe('[]\n');
  expect(await run('stop', 'counter')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("no actor 'counter'"),
  });
  expect(await run('drain', 'a')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await host.ended).toEqual({ exitCode: 0, signal: null });
  expect((await run('hosts')).stdout).toBe('hosts none\n');
  expect(await run('fly')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('serve, hosts, ps, drain, stop'),
  });
});

test('U70 uactor cluster shows hosts that were killed as lost, and says so when it is to stop their actors', async () => {
  const folder = mkdtempSync(join(scratch, 'lost-hosts-'));
  await using broker = await BrokerProcess.start(newest, '-js', '-sd', join(folder, 'jetstream'));
  const { run } = commandFor(broker, folder);
  const options = { servers: broker.address, namespace: 'shop', authkey, ttl: TTL_MS };
  const host = await startClusterHost(options, { id: 'a' });
  const client = new Program('cluster-client', [broker.address, 'shop', authkey]);
  expect(await client.said('count')).toBe('1');
  expect((await run('ps')).stdout).toMatch(/counter .* running on a, process \d+/);
  host.child.kill('SIGKILL');
  await host.ended;
  await eventually(async () => expect((await run('hosts')).stdout).toMatch(/a on .*: lost, silent for \d+ s/));
  expect((await run('ps')).stdout).toMatch(/counter \(Clustered, restart always\): lost with a\n/);
  const hosts: unknown = JSON.parse((await run('hosts', '--json')).stdout);
  expect(hosts).toMatchObject([{ id: 'a', lost: true, silentMs: expect.any(Number) }]);
  expect(await run('stop', 'counter')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("'counter' was on the host 'a', which does not answer"),
  });
  // Another host deletes the record, and takes the name.
  await using other = await startClusterHost(options, { id: 'b' });
  await eventually(async () => expect((await run('ps')).stdout).toMatch(/running on b/));
  expect(await run('stop', 'counter')).toMatchObject({ exitCode: 0 });
  expect(other.child.exitCode).toBeNull();
});

test('U70 a host that was killed joins again under its id when its lease has expired; a second host of an id is rejected', async () => {
  const folder = mkdtempSync(join(scratch, 'same-id-'));
  await using broker = await BrokerProcess.start(newest, '-js', '-sd', join(folder, 'jetstream'));
  const { common, run } = commandFor(broker, folder);
  // 64 characters are the longest id.
  const id = 'a'.repeat(64);
  const words = [
    'cluster',
    'serve',
    '--id',
    id,
    '--ttl',
    '2000',
    '--json',
    '--modules',
    fileURLToPath(Clustered.module),
  ];
  const serve = (): Program => new Program('uactor', [...words, ...common], { file: `../../${MAIN}` });
  const first = serve();
  await eventually(() => expect(first.stdout, first.stderr).toContain('"addresses":'));
  const client = new Program('cluster-client', [broker.address, 'shop', authkey]);
  expect(await client.said('count')).toBe('1');
  const second = serve();
  expect(await second.ended).toEqual({ exitCode: 1, signal: null });
  expect(second.stderr).toContain(`already has a host '${id}'`);
  first.child.kill('SIGKILL');
  await first.ended;
  await using third = serve();
  await eventually(() => expect(third.stdout, third.stderr).toContain('"addresses":'));
  await eventually(async () => expect((await run('ps')).stdout).toMatch(/: running on a+, process \d+/));
  expect(await run('stop', 'counter')).toMatchObject({ exitCode: 0, stderr: '' });
});

test('U70 uactor cluster takes a user with a password, a token and an nkey from files, and names what a broker refuses', async () => {
  const folder = mkdtempSync(join(scratch, 'credentials-'));
  const secret = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
    return path;
  };
  const nkey = nkeys.createUser();
  const ways = [
    ['{ user: shop, password: "a password" }', ['--user', 'shop', '--pass-file', secret('pass', 'a password')]],
    ['{ token: "a token" }', ['--token-file', secret('token', 'a token')]],
    [
      `{ users: [ { nkey: ${nkey.getPublicKey()} } ] }`,
      ['--nkey-file', secret('nkey', Buffer.from(nkey.getSeed()).toString())],
    ],
  ] as const;
  for (const [index, [authorization, words]] of ways.entries()) {
    const config = secret(
      'nats.conf',
      `jetstream { store_dir: "${join(folder, String(index))}" }\nauthorization ${authorization}`,
    );
    await using broker = await BrokerProcess.start(newest, '-c', config);
    const { run } = commandFor(broker, folder);
    expect(await run('hosts', ...words)).toMatchObject({ exitCode: 0, stdout: 'hosts none\n', stderr: '' });
    expect(await run('hosts')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('credentials for the brokers'),
    });
  }
});
