/**
 * Compiles the package to `dist/`, where tsc writes the declarations and esbuild joins the modules, and the tests' actors, the
 * examples and the benchmarks to `build/`. Outdated files are deleted afterwards, so a build never starts with an empty folder
 * and can run while a program uses the old one.
 *
 * `--if-missing` keeps an existing build: for npm, which runs this after every install from the repository.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build, transform } from 'esbuild';
import { bundleCore } from './core-bundle.mjs';
import { joinedBuilds } from './joined-builds.mjs';

const root = resolve(import.meta.dirname, '..');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

/** In this order: the later ones are compiled against the declarations of the first. */
const projects = [
  { config: 'tsconfig.build.json', source: 'core', output: 'dist' },
  { config: 'tsconfig.fixtures.json', source: 'test/fixtures', output: 'build/fixtures' },
  { config: 'tsconfig.examples.json', source: 'examples', output: 'build/examples' },
  { config: 'tsconfig.bench.json', source: 'bench', output: 'build/bench' },
];

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function compile({ config, output }, written) {
  const run = spawnSync(process.execPath, [tsc, '-p', config, '--listEmittedFiles'], { cwd: root, encoding: 'utf8' });
  if (run.error) throw run.error;
  const lines = run.stdout.split('\n');
  const emitted = new Set([
    ...written,
    ...lines
      .filter((line) => line.startsWith('TSFILE: '))
      .map((line) => resolve(root, line.slice('TSFILE: '.length).trim())),
  ]);
  const messages = lines.filter((line) => line.trim() !== '' && !line.startsWith('TSFILE: '));
  if (messages.length > 0) console.error(messages.join('\n'));
  if (run.stderr !== '') console.error(run.stderr);
  for (const file of filesIn(join(root, output))) if (!emitted.has(file)) rmSync(file, { force: true });
  return run.status === 0;
}

/** Returns the names that the sources import from a Node module, always in the form `import { x } from 'node:…'`. */
function namesUsedOf(path) {
  const imports = new RegExp(`import \\{([^}]*)\\} from '${path}'`, 'g');
  const names = new Set();
  const folders = [
    'cluster',
    'core',
    'opentelemetry',
    'serializers',
    'transports',
    'cli',
    'testing',
    'test/simulation',
    '.',
  ];
  for (const folder of folders) {
    const files =
      folder === '.'
        ? ['index.ts', 'bootstrap.ts', 'bundled.ts'].map((file) => join(root, file))
        : filesIn(join(root, folder));
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(file, 'utf8');
      if (/^import (?!type\b)[^{]*from 'node:/m.test(text)) throw new Error(`${file}: import Node's modules by name`);
      for (const [, list] of text.matchAll(imports)) {
        for (const item of list.split(',')) {
          const [name] = item.trim().split(' as ');
          if (name !== '' && !name.startsWith('type ')) names.add(name);
        }
      }
    }
  }
  return [...names];
}

/**
 * Loads each of Node's own modules when one of its members is first used. `import { inspect } from 'node:util'` reads every
 * member of the module, so Node loads a dozen internals that are not needed; and an actor that spawns nothing never needs
 * child_process. Together that is 10 ms of every start.
 */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind, importer }) =>
      kind === 'import-statement' && !importer.includes('conformance')
        ? { path, namespace: 'builtin' }
        : { path, external: true },
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: namesUsedOf(path)
        .map((name) => `exports.__defineGetter__('${name}', () => process.getBuiltinModule('${path}').${name});`)
        .join('\n'),
      loader: 'js',
    }));
  },
};

/**
 * Joins everything that an actor's process loads, except its serializer, into one chunk: each further file costs a millisecond of
 * its start. esbuild joins modules that the same entries reach, so every entry is made to reach the package's entry, which each
 * process loads anyway, and that one the modules that serializers share.
 */
const joinedWithTheFrontDoor = (entries) => ({
  name: 'joined-with-the-front-door',
  setup({ onResolve, onLoad }) {
    const frontDoor = join(root, 'index.ts');
    const shared = filesIn(join(root, 'core', 'seam', 'codec'));
    const files = new Set(entries.map((entry) => join(root, `${entry}.ts`)));
    onResolve({ filter: /^\..*\.ts$/ }, ({ kind, path, resolveDir }) => {
      if (kind === 'dynamic-import') files.add(join(resolveDir, path));
      return undefined;
    });
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (!files.has(path)) return undefined;
      const reached = path === frontDoor ? shared : [frontDoor];
      const imports = reached.map((file) => `import ${JSON.stringify(file)};`);
      return { contents: [readFileSync(path, 'utf8'), ...imports].join('\n'), loader: 'ts' };
    });
  },
});

/**
 * Joins the modules of the package, shared ones into chunks: an actor's process then reads a handful of files instead of a
 * hundred, which saves tens of milliseconds of every spawn. The result stays readable, and packages stay outside.
 */
async function bundle() {
  const entries = [
    'index',
    'plugin',
    'bootstrap',
    'cli/main',
    'cli/bench-actor',
    'testing/index',
    'cluster/index',
    'opentelemetry/index',
    'test/conformance/index',
  ];
  for (const folder of ['serializers', 'transports']) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (entry.isDirectory() && existsSync(join(root, folder, entry.name, 'index.ts'))) {
        entries.push(`${folder}/${entry.name}/index`);
      }
    }
  }
  const result = await build({
    absWorkingDir: root,
    entryPoints: entries.filter((entry) => existsSync(join(root, `${entry}.ts`))).map((entry) => `${entry}.ts`),
    outdir: 'dist',
    outbase: '.',
    bundle: true,
    splitting: true,
    // Next to index.js, so that files are found relative to import.meta.url from a chunk too.
    chunkNames: 'chunk-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    plugins: [lazyBuiltins, joinedWithTheFrontDoor(entries)],
    sourcemap: true,
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const texts = new Map(result.outputFiles.map(({ path, text }) => [path, text]));
  const [core, { exports }] = Object.entries(result.metafile.outputs).find(([, { inputs }]) => 'index.ts' in inputs);
  for (const [path, text] of await coreInAScript(resolve(root, core), exports, texts)) texts.set(path, text);
  const exported = entries.filter((entry) => !/^(?:bootstrap$|cli\/|test\/)/.test(entry));
  for (const [path, text] of await joinedBuilds(exported, lazyBuiltins)) texts.set(path, text);
  for (const [path, text] of texts) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return [...texts.keys()];
}

/** The only export of the core whose value changes while the program runs; the others are constant. */
const LIVE = 'DEFAULT_SERIALIZER';
const SETTER = 'setDefaultSerializer';

/**
 * Moves the core from the chunk that all entries share to a script whose compiled code V8 can keep, and leaves a module there
 * that runs the script and exports the same names. Whitespace and comments, half of the bytes that a process reads, are removed;
 * names and lines stay, for stacks.
 */
async function coreInAScript(chunk, exports, texts) {
  const map = `${chunk}.map`;
  const source = texts.get(chunk).replace(/\/\/# sourceMappingURL=.*\n?$/, '');
  const inlineMap = Buffer.from(texts.get(map)).toString('base64');
  texts.delete(map);
  const { code, map: coreMap } = await transform(
    `${source}\n//# sourceMappingURL=data:application/json;base64,${inlineMap}`,
    {
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      minifyWhitespace: true,
      lineLimit: 160,
      define: { 'import.meta.url': '$url' },
      banner: '(function ($url, $load) { const module = {};',
      footer: 'return module.exports; })',
      sourcemap: 'external',
      sourcefile: chunk,
    },
  );
  // Without comments, all text of the form `import(…)` is code.
  const script = code.replaceAll(/(?<![\w$.'"`])import\(/g, ' $load(');
  const name = `core-${createHash('sha256').update(script).digest('hex').slice(0, 12)}.cjs`;
  const file = join(dirname(chunk), name);
  const constants = exports.filter((exported) => exported !== LIVE && exported !== SETTER);
  const shell = await build({
    absWorkingDir: root,
    stdin: {
      resolveDir: root,
      contents: `
        import { runCore } from './core/process/owner/code-cache.ts';
        const core = runCore(new URL('./${name}', import.meta.url).href, import.meta.url, (specifier) => import(/* webpackIgnore: true */ /* @vite-ignore */ specifier));
        export const { ${constants.join(', ')} } = core;
        export let ${LIVE} = core.${LIVE};
        export function ${SETTER}(choice) {
          core.${SETTER}(choice);
          ${LIVE} = core.${LIVE};
        }`,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    plugins: [lazyBuiltins],
    logLevel: 'warning',
  });
  return [
    [file, `${script}//# sourceMappingURL=${name}.map\n`],
    [`${file}.map`, coreMap],
    [chunk, shell.outputFiles[0].text],
  ];
}

if (process.argv.includes('--if-missing') && existsSync(join(root, 'dist', 'index.js'))) process.exit();
const written = [...(await bundle()), ...(await bundleCore({ outfile: join(root, 'dist/testing/core.cjs') }))];
const wanted = projects.filter(({ source }) => filesIn(join(root, source)).some((file) => file.endsWith('.ts')));
const failed = wanted.filter((project) => !compile(project, written));
for (const { config } of failed) console.error(`${config}: does not compile`);
process.exitCode = failed.length === 0 ? 0 : 1;
