import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

/** A project in which this package is installed without its dependencies. */
const PROJECT = mkdtempSync(join(tmpdir(), 'uactor-alone-'));
const INSTALLED = join(PROJECT, 'node_modules/uactor');
for (const part of ['package.json', 'dist']) cpSync(part, join(INSTALLED, part), { recursive: true });
afterAll(() => rmSync(PROJECT, { recursive: true, force: true }));

const FILE = join(PROJECT, 'echo.mjs');
writeFileSync(
  FILE,
  `import { Actor, isMain } from 'uactor';
export class Echo extends Actor {
  static module = import.meta.url;
  static options = { serializer: process.env.ECHO };
  echo(value) { return value; }
}
if (isMain(import.meta)) {
  try {
    const echo = await Echo.spawn();
    console.log(await echo.echo('works'));
    await echo.shutdown();
  } catch (error) {
    console.log(error.name, error.code, error.executed, error.message);
  }
}
`,
);

test('U45 without the package protobufjs the serializer protobuf is an error that names it and what to do', async () => {
  const { stdout, stderr } = await runProgram([FILE], { cwd: PROJECT, env: { ...process.env, ECHO: 'protobuf' } });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^SerializerError SERIALIZER_MISSING no /);
  expect(stdout).toContain(
    "the serializer 'protobuf' cannot be loaded: the package protobufjs is not installed here. Install it (npm install protobufjs), or choose another one",
  );
});

test.each(['superjson', 'msgpack'])('U45 %s loads no package for what is common', async (serializer) => {
  const { stdout, stderr } = await runProgram([FILE], { cwd: PROJECT, env: { ...process.env, ECHO: serializer } });
  expect([stdout, stderr]).toEqual(['works\n', '']);
});

test('U70 without the packages of NATS a cluster is an error that names them and what to do', async () => {
  const file = join(PROJECT, 'cluster.mjs');
  writeFileSync(
    file,
    `import { Cluster } from 'uactor/cluster';
try {
  await Cluster.connect({ servers: 'localhost:1', namespace: 'shop', authkey: 'a key of more than sixteen bytes' });
} catch (error) {
  console.log(error.name, error.message);
}
`,
  );
  const { stdout, stderr } = await runProgram([file], { cwd: PROJECT });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^TransportError A cluster needs packages that are not installed here: npm install /);
  for (const name of ['transport-node', 'jetstream', 'kv']) expect(stdout).toContain(`@nats-io/${name}@~3.3.1`);
});

test('U79 without the package @opentelemetry/api instrument() is an error that names it and what to do', async () => {
  const file = join(PROJECT, 'instrumented.mjs');
  writeFileSync(
    file,
    `import { instrument } from 'uactor/opentelemetry';
try {
  instrument();
} catch (error) {
  console.log(error.name, error.code, error.message);
}
`,
  );
  const { stdout, stderr } = await runProgram([file], { cwd: PROJECT });
  expect(stderr).toBe('');
  expect(stdout).toMatch(
    /^UActorError INVALID_STATE uactor\/opentelemetry needs a package that is not installed here: /,
  );
  expect(stdout).toContain('npm install @opentelemetry/api');
});
