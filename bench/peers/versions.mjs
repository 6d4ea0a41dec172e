import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the versions of all peers; throws if Python is missing. */
export function versionsOfPeers() {
  const { packages } = read('package-lock.json');
  const names = Object.keys(read('package.json').dependencies);
  const versions = names.map((name) => [name, packages[`node_modules/${name}`].version]);
  return { ...Object.fromEntries(versions), Python: versionOfPython() };
}

function read(name) {
  return JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));
}

function versionOfPython() {
  const { stdout, error } = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  if (error) throw new Error(`Python is one of the peers, and there is no python3 here (${error.message}): install it`);
  return stdout.replace('Python', '').trim();
}
