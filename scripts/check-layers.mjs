/**
 * Keeps knowledge running one way: `index.ts` → `serializers/`, `transports/` → `core/`. Looks at static and dynamic
 * imports alike, types included. (Cycles are the linter's business.)
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** What serializers and transports may know of the core. */
const seam = ['serializer', 'transport', 'output', 'errors', 'stream-connection', 'stream-input', 'limits'].map(
  (n) => `core/${n}.ts`,
);

/** Whether a file belongs to the seam: `core/codec/` is what codecs have in common. */
const isSeam = (target) => seam.includes(target) || target.startsWith('core/codec/');

/** Each layer: which files belong to it, and what files of it may import (paths from the root of the repository). */
const layers = [
  { name: 'core', owns: /^core\//, allows: (target) => target === 'core' || target.startsWith('core/') },
  {
    name: 'a serializer or transport',
    owns: /^(?:serializers|transports)\//,
    allows: (target, file) => isSeam(target) || target.startsWith(`${file.split('/', 2).join('/')}/`),
  },
  {
    name: 'index.ts',
    owns: /^index\.ts$/,
    // Beside what it puts together it says where the program of an actor's process and it itself lie.
    allows: (target) => /^(?:core|serializers|transports)\//.test(target) || /^(?:bootstrap|index)\$/.test(target),
  },
  { name: 'the command line', owns: /^cli\//, allows: (target) => /^(?:cli|core)\/|^index\.ts$/.test(target) },
  {
    name: 'the conformance suites',
    owns: /^test\/conformance\/(?!.*\.test\.ts$)/,
    allows: (target) => isSeam(target) || target.startsWith('test/conformance/'),
  },
];

const specifiers =
  /(?:\bfrom|\bimport|\bimport\s*\(|\bimport\.meta\.resolve\s*\(|\bnew\s+URL\s*\()\s*(['"`])([^'"`\n]+)\1/g;

function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

const files = ['index.ts'];
for (const folder of ['cli', 'core', 'serializers', 'transports', 'test/conformance']) {
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    files.push(relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
  }
}

const problems = [];
for (const file of files) {
  const layer = layers.find(({ owns }) => owns.test(file));
  if (layer === undefined) continue;
  for (const [, , specifier] of withoutComments(readFileSync(join(root, file), 'utf8')).matchAll(specifiers)) {
    if (/^uactor(?:\/|$)|^#/.test(specifier)) {
      problems.push(`${file}: imports ${specifier}; sources import each other by relative path`);
    } else if (specifier.startsWith('.') && !specifier.includes('${')) {
      // What is put together at run time is the program's own path, not a module's.
      const target = relative(root, resolve(root, dirname(file), specifier))
        .split(sep)
        .join('/');
      if (!layer.allows(target, file)) problems.push(`${file}: ${layer.name} must not import ${target}`);
    }
  }
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
