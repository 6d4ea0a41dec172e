/**
 * Runs the tests over real NATS brokers, `test/cluster/`, after downloading the servers: `npm run test:cluster [-- ARGUMENTS OF
 * VITEST]`. The transport's tests run on the servers of Debian's `trixie` and of the system's own release, and those of names and hosts
 * on that of `trixie`. `--release sid` adds the server of that release to the former, and runs the latter on it. If a server cannot be
 * downloaded, fails with advice.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { NEWER, natsServers, ownRelease } from './nats-server.mjs';

const root = resolve(import.meta.dirname, '..');
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

const added = [];
const words = [];
const given = process.argv.slice(2).values();
for (const word of given) {
  if (word === '--release') added.push(given.next().value);
  else words.push(word);
}
const releases = [NEWER, ownRelease() ?? NEWER, ...added];

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
    env: {
      ...process.env,
      UACTOR_NATS_SERVERS: JSON.stringify(Object.fromEntries(servers)),
      UACTOR_NATS_RELEASE: added.at(-1) ?? NEWER,
    },
  },
);
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
