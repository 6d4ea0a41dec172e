import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const FLAGS = ['--disable-proto=throw', '--disallow-code-generation-from-strings', '--max-old-space-size=64'];

/**
 * Runs a script that prints `passed N` under all flags of `scripts/test-under.mjs` together, and expects more than `least` passed
 * tests.
 */
export function passesUnderFlags(script: URL, least: number): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...FLAGS, '--import', 'tsx', fileURLToPath(script)], {
    encoding: 'utf8',
  });
  expect(stderr.split('\n').filter((line) => line.includes('Error'))).toStrictEqual([]);
  expect(status).toBe(0);
  expect(Number(/^passed (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(least);
}
