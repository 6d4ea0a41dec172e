/**
 * The lock file names versions and hashes only: where packages come from is each machine's own setting. And it lists
 * the packages of every platform, for `npm ci` to accept it everywhere; an install from a mirror that lacks some of
 * them drops these from the file without a word.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const problems = [];

/** Whether `name`, required from `path`, is in the lock file: beside it or in any folder above. */
function isListed(packages, path, name) {
  for (let folder = `/${path}`; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
    if (packages[`${folder}/node_modules/${name}`.replace(/^\/+/, '')] !== undefined) return true;
    if (!folder.includes('/node_modules/')) return false;
  }
}

for (const file of ['package-lock.json', 'bench/peers/package-lock.json', 'site/package-lock.json']) {
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
