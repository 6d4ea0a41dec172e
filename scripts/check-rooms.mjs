/**
 * Checks that imports run one way. Between folders: public entries → `serializers/`, `transports/` → `core/seam/`. Inside
 * `core/`: each file is in a room, and a room imports only from the rooms below it. Static, dynamic and type imports count alike.
 * Outside of comments, `core/` may not name a serializer or transport that the package's entry registers. An argument names the
 * tree to check; default: this one.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));

/** The rooms of `core/`, from top to bottom. */
const rooms = [
  'hosts',
  'supervision',
  'api',
  'pool',
  'process/actor',
  'process/owner',
  'runtime',
  'session',
  'objects',
  'declaration',
  'proxy',
  'references',
  'trust',
  'values',
  'seam',
];

const inSeam = (target) => target.startsWith('core/seam/');

/** The areas outside `core/`: their files, and their permitted imports (paths from the root). */
const areas = [
  {
    name: 'a serializer or transport',
    owns: /^(?:serializers|transports)\//,
    allows: (target, file) => inSeam(target) || target.startsWith(`${file.split('/', 2).join('/')}/`),
  },
  {
    name: 'the front door',
    owns: /^(?:index|bundled)\.ts$/,
    // Besides joining the parts, it knows the path of the actor program and its own.
    allows: (target) => /^(?:core|serializers|transports)\//.test(target) || /^(?:bootstrap|index)\$/.test(target),
  },
  {
    name: 'the front door for plug-ins',
    owns: /^plugin\.ts$/,
    allows: inSeam,
  },
  {
    name: 'the command line',
    owns: /^cli\//,
    allows: (target) => /^(?:cli|core)\/|^(?:cluster\/)?index\.ts$/.test(target),
  },
  {
    name: 'the cluster',
    owns: /^cluster\//,
    // Any program may import these: the public entries, and those of the parts that it uses.
    allows: (target) =>
      /^(?:cluster\/|index\.ts$|plugin\.ts$|serializers\/superjson\/index\.ts$|transports\/nats\/index\.ts$)/.test(
        target,
      ),
  },
  {
    name: 'the instrumentation',
    owns: /^opentelemetry\//,
    allows: (target) => /^(?:opentelemetry\/|index\.ts$)/.test(target),
  },
  {
    name: 'the test kit',
    owns: /^testing\//,
    allows: (target) => /^(?:core|testing|test\/simulation)\/|^index\.ts$/.test(target),
  },
  {
    name: 'the conformance suites',
    owns: /^test\/conformance\/(?!.*\.test\.ts$)/,
    allows: (target) => inSeam(target) || target.startsWith('test/conformance/'),
  },
];

const specifiers =
  /(?:\bfrom|\bimport|\bimport\s*\(|\bimport\.meta\.resolve\s*\(|\bnew\s+URL\s*\()\s*(['"`])([^'"`\n]+)\1/g;

function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** Returns the index of a file's room, `-1` for a file of `core/` outside any room. */
function roomOf(file) {
  return rooms.findIndex((room) => file.startsWith(`core/${room}/`));
}

function problemWith(file, target) {
  if (file.startsWith('core/')) {
    if (!target.startsWith('core/')) return `core must not import ${target}`;
    const [from, to] = [roomOf(file), roomOf(target)];
    return to >= from ? undefined : `core/${rooms[from]} is below core/${rooms[to]} and must not import ${target}`;
  }
  const area = areas.find(({ owns }) => owns.test(file));
  return area === undefined || area.allows(target, file) ? undefined : `${area.name} must not import ${target}`;
}

const files = ['index.ts', 'plugin.ts'];
const folders = ['cli', 'cluster', 'core', 'opentelemetry', 'serializers', 'transports', 'testing', 'test/conformance'];
for (const folder of folders) {
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    files.push(relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
  }
}

const problems = [];

/** The names of the serializers and transports that the package's entry registers. */
const builtIn = [...readFileSync(join(root, 'index.ts'), 'utf8').matchAll(/^registerLazy\w+\(\s*'([^']+)'/gm)].map(
  ([, name]) => name,
);
if (!['superjson', 'ipc', 'tcp'].every((name) => builtIn.includes(name))) {
  problems.push('index.ts: where the serializers and transports are registered was not recognised');
}
const builtInName = new RegExp(`\\b(?:${builtIn.join('|')})\\b`, 'i');

for (const file of files) {
  if (file.startsWith('core/') && roomOf(file) === -1) problems.push(`${file}: is in no room of core/`);
  const text = withoutComments(readFileSync(join(root, file), 'utf8'));
  const [named] = (file.startsWith('core/') && builtInName.exec(text)) || [];
  if (named !== undefined) problems.push(`${file}: knows ${named} by name; the front door hands in what is built in`);
  for (const [, , specifier] of text.matchAll(specifiers)) {
    if (/^uactor(?:\/|$)|^#/.test(specifier)) {
      problems.push(`${file}: imports ${specifier}; sources import each other by relative path`);
    } else if (specifier.startsWith('.') && !specifier.includes('${')) {
      const target = relative(root, resolve(root, dirname(file), specifier))
        .split(sep)
        .join('/');
      const problem = problemWith(file, target);
      if (problem !== undefined) problems.push(`${file}: ${problem}`);
    }
  }
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
