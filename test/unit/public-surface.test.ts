import * as plugin from 'uactor/plugin';
import * as user from 'uactor';
import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

const surface = (await runProgram(['scripts/public-surface.mjs'])).stdout;

/** Returns the names of an entry that exist at run time. */
function valuesOf(entry: string): readonly string[] {
  const lines = surface.split(`${entry}\n`)[1]?.split('\n\n')[0]?.split('\n') ?? [];
  return lines.flatMap((line) => /^ {2}(?:class|function|const|let) (\w+)$/.exec(line)?.[1] ?? []);
}

test('every entry has exactly the agreed exports', async () => {
  await expect(surface).toMatchFileSnapshot('public-surface.txt');
});

const INTERNAL =
  'Backoff ManagerServer ModuleLook PoolWorker MACHINE_CLOCK elapsedMs followName misuse momentOf placesBeside spawnWith'.split(
    ' ',
  );

test('the built package has the exports of the sources', () => {
  // @internal: processes of managers, pools and hosts, and the cluster, find internal classes there.
  expect(Object.keys(user).filter((name) => !INTERNAL.includes(name))).toEqual(valuesOf('uactor'));
  expect(Object.keys(plugin)).toEqual(valuesOf('uactor/plugin'));
});

test('every error class with codes is exported', () => {
  expect(Object.keys(user)).toEqual(expect.arrayContaining(Object.keys(user.ERROR_CODES)));
});

test('both entries export the same classes', () => {
  expect(plugin.SerializerError).toBe(user.SerializerError);
  expect(plugin.ConnectionLostError).toBe(user.ConnectionLostError);
});

test('every export has a doc comment', async () => {
  expect(await runProgram(['scripts/public-surface.mjs', '--check'])).toMatchObject({ exitCode: 0, stderr: '' });
});
