/**
 * Runs the tests under flags of Node that make faults fail loudly; build first: `node scripts/test-under.mjs hardened|small-heap
 * [ARGUMENTS OF VITEST]`. The flags apply to the processes of the tests and to all actors and programs that they start. For features that are unavailable under the flags, the tests expect the documented error.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const FLAGS = {
  hardened: ['--disable-proto=throw', '--disallow-code-generation-from-strings'],
  'small-heap': ['--max-old-space-size=64'],
};

const [name, ...rest] = process.argv.slice(2);
const flags = FLAGS[name];
if (flags === undefined) {
  console.error(`Name the flags to test under: ${Object.keys(FLAGS).join(' or ')}`);
  process.exit(2);
}

// `vitest.config.ts` gives them to the workers as NODE_OPTIONS, which reaches every process, however it is started; tests of
// `execArgv` pass their flags in addition.
const env = { ...process.env, UNDER_FLAGS: [process.env['NODE_OPTIONS'], ...flags].join(' ').trim() };
console.log(`NODE_OPTIONS=${env.UNDER_FLAGS}`);
const { error, status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...rest], {
  cwd: resolve(import.meta.dirname, '..'),
  stdio: 'inherit',
  env,
});
if (error) throw error;
process.exit(status ?? 1);
