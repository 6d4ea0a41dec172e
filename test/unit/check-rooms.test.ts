import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

let tree = '';

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'rooms-'));
  for (const folder of [
    'cli',
    'cluster',
    'core',
    'opentelemetry',
    'serializers',
    'transports',
    'testing',
    'test/conformance',
  ]) {
    mkdirSync(join(tree, folder), { recursive: true });
  }
  for (const door of ['index.ts', 'plugin.ts']) cpSync(door, join(tree, door));
});

afterEach(() => rmSync(tree, { recursive: true }));

/** Checks a tree in which one file has this text. */
async function checked(file: string, text: string): Promise<{ exitCode: number | null; stderr: string }> {
  mkdirSync(dirname(join(tree, file)), { recursive: true });
  writeFileSync(join(tree, file), text);
  const { exitCode, stderr } = await runProgram(['scripts/check-rooms.mjs', tree]);
  return { exitCode, stderr };
}

test.each([
  ['core/session/planted.ts', "export const address = 'ipc://nowhere';", 'knows ipc by name'],
  ['core/runtime/planted.ts', 'export const chosen = /^(?:msgpack|other)$/;', 'knows msgpack by name'],
  ['core/session/planted.ts', "import '../runtime/runtime.ts';", 'core/session is below core/runtime'],
  ['core/session/planted.ts', "export type { A } from '../runtime/runtime.ts';", 'core/session is below core/runtime'],
  ['core/planted.ts', 'export {};', 'is in no room of core/'],
  [
    'core/api/planted.ts',
    "const a = import('../../serializers/msgpack/index.ts');",
    'core must not import serializers',
  ],
  ['serializers/msgpack/planted.ts', "import '../superjson/index.ts';", 'a serializer or transport must not import'],
  ['transports/ipc/planted.ts', "import '../../core/session/session.ts';", 'a serializer or transport must not import'],
])('%s with %s is rejected', async (file, text, problem) => {
  const { exitCode, stderr } = await checked(file, text);
  expect(stderr).toContain(`${file}: `);
  expect(stderr).toContain(problem);
  expect(exitCode).toBe(1);
});

test('imports of lower rooms, and names in comments, are allowed', async () => {
  const text = "/** As msgpack does. */\nimport '../seam/errors.ts'; // not ipc\n";
  expect(await checked('core/session/allowed.ts', text)).toEqual({ exitCode: 0, stderr: '' });
});
