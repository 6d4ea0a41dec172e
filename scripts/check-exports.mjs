/**
 * Compares `exports` of package.json with the build, in both directions: every export was built, with its declarations, and has a
 * size limit, and every built entry is exported under the name of its folder.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const sized = JSON.parse(readFileSync(join(root, '.size-limit.json'), 'utf8')).flatMap(({ path }) => path);
const problems = [];

/** The folders of entries in `dist/` by exported subpath. */
const entries = new Map([
  ['.', '.'],
  ['./plugin', 'plugin'],
  ['./testing', 'testing'],
  ['./cluster', 'cluster'],
  ['./opentelemetry', 'opentelemetry'],
  ['./conformance', 'test/conformance'],
]);
for (const group of ['serializers', 'transports']) {
  const folder = join(root, group);
  if (!existsSync(folder)) {
    problems.push(`${group}/ is missing: it holds the ${group} that the package exports`);
    continue;
  }
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) entries.set(`./${group}/${entry.name}`, `${group}/${entry.name}`);
  }
}

for (const [subpath, folder] of entries) {
  const base = subpath === '.' ? './dist/index' : subpath === './plugin' ? './dist/plugin' : `./dist/${folder}/index`;
  const inner = base.slice('./dist/'.length);
  const module = { types: `${base}.d.ts`, default: `${base}.js` };
  const joined = `./dist/commonjs/${inner}`;
  const expected =
    subpath === './conformance'
      ? module
      : {
          // Bundlers use this one, Node the next two, Jest's CommonJS loader the fourth.
          module: `./dist/bundled/${inner}.js`,
          import: module,
          'module-sync': `${base}.js`,
          require: { types: `${joined}.d.cts`, default: `${joined}.cjs` },
          default: `${base}.js`,
        };
  if (JSON.stringify(manifest.exports[subpath]) !== JSON.stringify(expected)) {
    problems.push(`exports["${subpath}"] must be ${JSON.stringify(expected)}`);
  }
  if (!sized.includes(module.default.slice(2))) problems.push(`.size-limit.json has no limit for ${module.default}`);
  for (const file of Object.values(expected).flatMap((value) =>
    typeof value === 'string' ? value : Object.values(value),
  )) {
    if (!existsSync(join(root, file))) problems.push(`exports["${subpath}"]: ${file} was not built`);
  }
}
for (const subpath of Object.keys(manifest.exports)) {
  if (subpath.endsWith('.proto')) {
    if (!existsSync(join(root, subpath)) || !manifest.files.includes(subpath.slice(2))) {
      problems.push(`exports["${subpath}"] must be a file that "files" lists`);
    }
  } else if (subpath !== './package.json' && !entries.has(subpath)) {
    problems.push(`exports["${subpath}"] has no folder in the sources: remove it or add the folder`);
  }
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
