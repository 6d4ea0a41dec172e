/**
 * Runs the tests over real NATS brokers, `test/cluster/`, after downloading the servers: `npm run test:cluster [-- ARGUMENTS OF
 * VITEST]`. The servers are those of Debian's `trixie` and of the system's own release; `--release sid` adds the newest to the tests
 * that run on each release. If a server cannot be downloaded, fails with advice.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { NEWER, natsServers, ownRelease } from './nats-server.mjs';

const root = resolve(import.meta.dirname, '..');
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

const releases = [NEWER, ownRelease() ?? NEWER];
const words = [];
const given = process.argv.slice(2).values();
for (const word of given) {
  if (word === '--release') releases.push(given.next().value);
  else words.push(word);
}

let servers;
try {
  servers = natsServers([...new Set(releases)]);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const { status, error } = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', 'vitest.cluster.config.ts', ...words],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, UACTOR_NATS_SERVERS: JSON.stringify(Object.fromEntries(servers)) },
  },
);
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
