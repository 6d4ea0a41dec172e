import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from 'uactor/cluster';
import { expect, test } from 'vitest';
import { Renderer } from '../../examples/cluster/actors.ts';
import '../support/leaks.ts';
import { scratch } from '../support/leaks.ts';
import { eventually } from '../support/eventually.ts';
import { Program } from '../support/program.ts';
import { BrokerProcess, newest } from './broker-process.ts';
import { authkey } from './cluster-program.ts';

test('U70 a picture is rendered on three hosts of a cluster, complete although one is killed on the way', async () => {
  const folder = mkdtempSync(join(scratch, 'farm-'));
  await using broker = await BrokerProcess.start(newest, '-js', '-sd', join(folder, 'jetstream'));
  const keyFile = join(folder, 'key');
  writeFileSync(keyFile, `${authkey}\n`, { mode: 0o600 });
  const words = `cluster serve --servers ${broker.address} --namespace farm --authkey-file ${keyFile} --ttl 2000 --slots 6 --json --modules`;
  const hosts = new Map<string, Program>();
  for (const id of ['a', 'b', 'c']) {
    const args = [...words.split(' '), 'build/examples/cluster/actors.js', '--listen', 'tcp://127.0.0.1:0', '--id', id];
    const host = new Program('uactor', args, { file: '../../dist/cli/main.js' });
    hosts.set(id, host);
    await eventually(() => expect(host.stdout, host.stderr).toContain('"addresses":'));
  }
  await using cluster = await Cluster.connect({ servers: broker.address, namespace: 'farm', authkey, ttl: 2_000 });
  const render = new Program('render', [broker.address, keyFile], { file: '../../build/examples/cluster/render.js' });
  await eventually(() => expect(render.stderr).toContain('line '));
  const [{ host: victim = '' } = {}] = (await cluster.names()).filter(({ state }) => state === 'running');
  hosts.get(victim)?.child.kill('SIGKILL');
  expect(await render.ended, render.stderr).toEqual({ exitCode: 0, signal: null });
  const picture = render.stdout.trimEnd().split('\n');
  expect(picture).toHaveLength(60);
  const local = new Renderer();
  for (const [y, line] of picture.entries()) expect(line).toBe(local.line(y, 100, 60));
  expect(victim).not.toBe('');
  expect((await cluster.hosts()).map(({ id }) => id)).not.toContain(victim);
  expect(await cluster.names()).toEqual([]);
  for (const host of hosts.values()) await host[Symbol.asyncDispose]();
});
