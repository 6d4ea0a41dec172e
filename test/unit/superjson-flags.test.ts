import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('./superjson-flags-child.ts', import.meta.url));
const FLAGS = ['--disable-proto=throw', '--disallow-code-generation-from-strings', '--max-old-space-size=192'];

test('H51 the whole conformance suite passes without __proto__, without code generation, in little memory', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...FLAGS, '--import', 'tsx', SCRIPT], {
    encoding: 'utf8',
  });
  expect(stderr.split('\n').filter((line) => line.includes('Error'))).toStrictEqual([]);
  expect(status).toBe(0);
  expect(Number(/^passed (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(80);
});
