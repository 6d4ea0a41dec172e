/**
 * Two more builds of the package, for programs that do not run it from its own files:
 *
 * - `dist/bundled/`, plain ES modules for bundlers, under the condition `module`: there a program starts itself again as the
 *   process of each of its actors (`bundled.ts`).
 * - `dist/commonjs/`, a single script, for Jest's module loader: Node itself loads the ES modules with `require`.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/**
 * Replaces `createRequire`, because bundlers follow only imports. The exports of a CommonJS package are its default, also in
 * Node's modules.
 */
function withImports(text) {
  const names = [];
  const changed = text.replaceAll(/createRequire\(import\.meta\.url\)\('([^']+)'\)/g, (_call, name) => {
    names.push(name);
    // A function, because bundlers otherwise warn of a missing default.
    return `((all) => ({ ...all.default, ...all }))(required${names.length})`;
  });
  return [...names.map((name, index) => `import * as required${index + 1} from '${name}';`), changed].join('\n');
}

const IGNORED = '/* webpackIgnore: true */ /* @vite-ignore */';

/**
 * Hides the imports that a bundle makes at run time: an actor's module, and optional packages. esbuild removes comments, and
 * bundlers follow each name in an `import()`.
 */
function importedLater(text) {
  return text
    .replaceAll(/(?<![\w$.'"`])import\((?=[\w$]+\))/g, `import(${IGNORED} `)
    .replaceAll(/(?<![\w$.'"`])import\(("@nats-io\/[\w-]+")\)/g, `import(${IGNORED} [$1][0])`);
}

const forBundlers = {
  name: 'for-bundlers',
  setup({ onResolve, onLoad }) {
    const found = join(root, 'core', 'seam', 'found-bundle.ts');
    onResolve({ filter: /\/bundle\.ts$/ }, () => ({ path: found }));
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const more = path === join(root, 'index.ts') ? ["import './bundled.ts';"] : [];
      return { contents: [withImports(readFileSync(path, 'utf8')), ...more].join('\n'), loader: 'ts' };
    });
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minifyWhitespace: true,
  lineLimit: 160,
  legalComments: 'none',
  write: false,
  logLevel: 'warning',
};

/**
 * @param entries - The entries of the package, without their extension.
 * @param lazyBuiltins - The plugin that loads Node's modules when they are used.
 * @returns path and text of each file.
 */
export async function joinedBuilds(entries, lazyBuiltins) {
  const bundled = await build({
    ...common,
    entryPoints: entries.map((entry) => `${entry}.ts`),
    outdir: 'dist/bundled',
    outbase: '.',
    splitting: true,
    chunkNames: 'chunk-[hash]',
    format: 'esm',
    packages: 'external',
    define: { 'import.meta.url': '"file:///uactor/index.js"' },
    plugins: [forBundlers, lazyBuiltins],
  });
  const commonJs = await build({
    ...common,
    stdin: {
      contents: entries.map((entry, index) => `export * as entry${index} from './${entry}.ts';`).join('\n'),
      resolveDir: root,
    },
    outfile: 'dist/commonjs/uactor.cjs',
    format: 'cjs',
    // superjson has no CommonJS.
    external: ['protobufjs', 'protobufjs/*', '@nats-io/*'],
    define: { 'import.meta.url': '$url' },
    banner: {
      js: "const $url = require('node:url').pathToFileURL(require('node:path').join(__dirname, '../index.js')).href;",
    },
    plugins: [lazyBuiltins],
  });
  return [
    ...bundled.outputFiles.map(({ path, text }) => [path, importedLater(text)]),
    ...commonJs.outputFiles.map(({ path, text }) => [path, text]),
    ...entries.flatMap((entry, index) => {
      const up = '../'.repeat(entry.split('/').length - 1);
      const file = join(root, 'dist', 'commonjs', entry);
      return [
        [`${file}.cjs`, `module.exports = require('./${up}uactor.cjs').entry${index};\n`],
        [`${file}.d.cts`, `export * from '../${up}${entry}.js';\n`],
      ];
    }),
  ];
}
