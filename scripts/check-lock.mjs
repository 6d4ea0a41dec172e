/**
 * Checks the lock file. It contains only versions and hashes, because each machine sets its own registry. It also lists the
 * packages of every platform, so that `npm ci` accepts it everywhere; an install from a mirror without some of them silently
 * drops these from the file.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const problems = [];

/** Whether the lock file contains `name` as required from `path`: there or in a parent folder. */
function isListed(packages, path, name) {
  for (let folder = `/${path}`; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
    if (packages[`${folder}/node_modules/${name}`.replace(/^\/+/, '')] !== undefined) return true;
    if (!folder.includes('/node_modules/')) return false;
  }
}

for (const file of [
  'package-lock.json',
  'bench/peers/package-lock.json',
  'site/package-lock.json',
  'test/setups/package-lock.json',
]) {
  const { packages } = JSON.parse(readFileSync(join(root, file), 'utf8'));
  for (const [path, entry] of Object.entries(packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!isListed(packages, path, name))
        problems.push(`${file}: ${path} wants ${name}, which is not listed: take it from the last commit`);
    }
    if (path === '' || entry.inBundle === true) continue;
    if (entry.resolved !== undefined)
      problems.push(`${file}: ${path} has "resolved": install with the .npmrc of this repository`);
    if (entry.integrity === undefined)
      problems.push(
        `${file}: ${path} has no "integrity": install it anew, or take it from \`npm view NAME@VERSION dist.integrity\``,
      );
  }
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
