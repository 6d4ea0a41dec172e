import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../support/leaks.ts';
import { Program } from '../support/program.ts';
import { runProgram } from '../support/run-program.ts';

const keyFile = join(scratch, 'key');
writeFileSync(keyFile, 'a key of more than sixteen bytes\n', { mode: 0o600 });
const otherKeyFile = join(scratch, 'other-key');
writeFileSync(otherKeyFile, 'another key of sixteen bytes\n', { mode: 0o600 });

const program = (name: string, args: readonly string[] = []): Program =>
  new Program(name, args, { file: `../../build/examples/${name}.js` });

test('U50 U52 U53 a network actor answers a client with its key, and ends in good order by SIGTERM', async () => {
  const server = program('network-actor', ['tcp://127.0.0.1:0', keyFile]);
  const address = await server.said('listening');
  const client = await runProgram(['build/examples/network-client.js', address, keyFile]);
  expect(client).toEqual({ exitCode: 0, signal: null, stdout: 'highest 21\n', stderr: '' });
  const stranger = await runProgram(['build/examples/network-client.js', address, otherKeyFile]);
  expect(stranger).toEqual({ exitCode: 1, signal: null, stdout: `refused by ${address}\n`, stderr: '' });
  server.child.kill('SIGTERM');
  expect(await server.ended).toEqual({ exitCode: 0, signal: null });
  expect(await server.said('closed')).toBe('in good order');
});

test('U31 actors with keys of their own work together once they were introduced', async () => {
  const { exitCode, stdout } = await runProgram(['build/examples/foreign-keys.js']);
  expect(stdout.split('\n')).toEqual([
    'the shop does not know the key of the total',
    'sold for 5',
    'and this process, which knows both keys, adds to 6',
    '',
  ]);
  expect(exitCode).toBe(0);
});

test('U13 a client ends a server, and gets the answer to the very call', async () => {
  const server = program('remote-shutdown');
  const [address = '', file = ''] = (await server.said('listening')).split(' ');
  const client = await runProgram(['build/examples/remote-shutdown.js', address, file]);
  expect(client).toEqual({ exitCode: 0, signal: null, stdout: 'hello you\nstopping\n', stderr: '' });
  expect(await server.ended).toEqual({ exitCode: 0, signal: null });
  expect(server.stdout).toContain('stopped\n');
});

test('U69 primes are counted on two hosts, which SIGTERM and drain end', async () => {
  const start = (): Program =>
    new Program(
      'uactor',
      ['host', '-l', 'tcp://127.0.0.1:0', '-m', 'build/examples/hosts/actors.js', '-k', keyFile, '--slots', '2'],
      { file: '../../dist/cli/main.js' },
    );
  const hosts = [start(), start()];
  const addresses = await Promise.all(
    hosts.map(async (host) => (await host.said('HostActor')).replace('listens on ', '')),
  );
  const run = await runProgram(['build/examples/hosts/count-primes.js', keyFile, ...addresses]);
  expect(run).toEqual({
    exitCode: 0,
    signal: null,
    stdout: '4203 primes below 40000, counted on 2 hosts\n',
    stderr: '',
  });
  const [first, second] = hosts;
  first?.child.kill('SIGTERM');
  expect(await first?.ended).toEqual({ exitCode: 0, signal: null });
  const drained = await runProgram(['dist/cli/main.js', 'call', addresses[1] ?? '', 'drain', '-k', keyFile]);
  expect(drained).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await second?.ended).toEqual({ exitCode: 0, signal: null });
});

test('U29 actors are found by name in a registry', async () => {
  const run = await runProgram(['build/examples/discovery.js']);
  expect(run).toEqual({ exitCode: 0, signal: null, stdout: 'registered: almanac\nfound it\n', stderr: '' });
});
