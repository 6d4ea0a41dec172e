/**
 * Builds the site into `site/dist`, offline: the reference of the API out of the sources, then the pages, then the check of their
 * links. It fails for an export without a description, for a link to a missing page, and for one to a missing heading.
 *
 * `--reference` stops after the reference.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brokenLinks } from './check-links.mjs';
import { mendMarkdownLinks } from './markdown-links.mjs';
import { layOut, pages as sources } from './pages.mjs';

const site = import.meta.dirname;
const output = join(site, 'dist');

function run(name, ...args) {
  const program = join(site, 'node_modules', '.bin', name);
  const { error, status } = spawnSync(program, args, {
    cwd: site,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const started = Date.now();
rmSync(output, { recursive: true, force: true });
layOut();
run('typedoc', '--logLevel', 'Warn');
if (process.argv.includes('--reference')) process.exit();
run('vitepress', 'build', '.', '--logLevel', 'warn');

const problems = [...brokenLinks(output), ...mendMarkdownLinks(output, sources)];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

const files = readdirSync(output, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const bytes = files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
const pages = files.filter(({ name }) => name.endsWith('.html')).length;
const seconds = Math.round((Date.now() - started) / 1000);
console.log(
  `site/dist: ${pages} pages, ${(bytes / 1e6).toFixed(1)} MB, built in ${seconds} s; every link leads somewhere`,
);
