/** The set-ups that the packed package is tried in. `docs/bundling.md` has them as a table, which a test compares with these. */
import { readFileSync } from 'node:fs';

const WHOLE = readFileSync(new URL('./sources/whole.txt', import.meta.url), 'utf8');

/** From 22.18 on Node reads TypeScript itself. */
const STRIPS_TYPES = 22;

/**
 * Each row: its name, the folder that its program lies in (of the package manager or the bundler), the arguments for Node, what the program
 * prints or reports, the first version of Node that runs it and the later ones that do not, and a note for the table. `{tools}` is the folder with the tools.
 */
export const rows = [
  ...['npm', 'pnpm'].flatMap((manager) => [
    { name: `${manager}, ES modules`, folder: manager, args: ['whole.mjs', 'tasks.mjs'], prints: WHOLE },
    { name: `${manager}, CommonJS`, folder: manager, args: ['program.cjs'], prints: '3\n' },
  ]),
  {
    name: "yarn (Plug'n'Play), ES modules",
    folder: 'yarn',
    args: ['{yarn}', 'node', 'whole.mjs', 'tasks.mjs'],
    prints: WHOLE,
  },
  { name: "yarn (Plug'n'Play), CommonJS", folder: 'yarn', args: ['{yarn}', 'node', 'program.cjs'], prints: '3\n' },
  {
    name: 'the first example of the README',
    folder: 'npm',
    args: ['first-actor.ts'],
    prints: 'a separate process\n6\n',
    since: STRIPS_TYPES,
    note: '`node first-actor.ts`',
  },
  {
    name: 'TypeScript by Node',
    folder: 'npm',
    args: ['typed.ts'],
    prints: '3\n',
    since: STRIPS_TYPES,
    note: 'relative imports end in `.ts`',
  },
  {
    name: 'TypeScript by tsx',
    folder: 'npm',
    args: ['--import', 'tsx', 'typed.ts'],
    prints: '3\n',
    note: '`node --import tsx`, or `tsx`',
  },
  {
    name: 'TypeScript by ts-node, CommonJS',
    folder: 'npm/commonjs',
    args: ['-r', 'ts-node/register/transpile-only', 'program.ts'],
    prints: '3\n',
    isQuiet: false,
    except: [22],
    note:
      '`node -r ts-node/register program.ts`: actors inherit this flag. The command `ts-node` does not set it. Not on Node 22, whose ' +
      '`import()` ignores `ts-node`',
  },
  {
    name: 'TypeScript built by tsc',
    folder: 'npm/built',
    args: ['dist/disposing.js'],
    prints: '3\n',
    note: 'with the [recommended settings](typescript.md), and without an error',
  },
  { name: 'esbuild, ES module', folder: 'bundles', args: ['esbuild.mjs', 'tasks.mjs'], prints: WHOLE },
  { name: 'esbuild, CommonJS, minified', folder: 'bundles', args: ['esbuild.min.cjs', 'tasks.mjs'], prints: WHOLE },
  { name: 'rollup, ES module', folder: 'bundles', args: ['rollup.mjs', 'tasks.mjs'], prints: WHOLE },
  { name: 'rollup, ES module, minified', folder: 'bundles', args: ['rollup.min.mjs', 'tasks.mjs'], prints: WHOLE },
  { name: 'rollup, CommonJS', folder: 'bundles', args: ['rollup.cjs', 'tasks.mjs'], prints: WHOLE },
  { name: 'webpack, ES module', folder: 'bundles', args: ['webpack.mjs', 'tasks.mjs'], prints: WHOLE },
  { name: 'webpack, CommonJS, minified', folder: 'bundles', args: ['webpack.cjs', 'tasks.mjs'], prints: WHOLE },
  {
    name: 'webpack, CommonJS, development',
    folder: 'bundles',
    args: ['webpack-development.cjs', 'tasks.mjs'],
    prints: WHOLE,
  },
  { name: 'vite, ES module', folder: 'bundles', args: ['vite.mjs', 'tasks.mjs'], prints: WHOLE },
  { name: 'vite, CommonJS', folder: 'bundles', args: ['vite.cjs', 'tasks.mjs'], prints: WHOLE },
  {
    name: 'single executable',
    folder: 'bundles',
    isExecutable: true,
    args: ['tasks.mjs'],
    prints: WHOLE,
    note: 'CommonJS by esbuild, put into Node by postject',
  },
  {
    name: 'Vitest, TypeScript',
    folder: 'npm/runners',
    args: ['{tools}/vitest/vitest.mjs', 'run'],
    reports: /Tests.*3 passed/,
    note: 'see [test runners](testing.md#test-runners)',
  },
  {
    name: 'Jest, CommonJS',
    folder: 'npm/runners',
    args: ['{tools}/jest/bin/jest.js', '--runInBand', '--config', 'jest.config.cjs'],
    reports: /^Tests: +2 passed, 2 total$/m,
  },
  {
    name: 'Jest, ES modules',
    folder: 'npm/runners',
    args: [
      '--experimental-vm-modules',
      '{tools}/jest/bin/jest.js',
      '--runInBand',
      '--config',
      'jest-module.config.cjs',
    ],
    reports: /^Tests: +2 passed, 2 total$/m,
  },
  {
    name: 'node:test, TypeScript',
    folder: 'npm/runners',
    args: ['--import', 'tsx', '--test', 'node.test.ts'],
    reports: /pass 3$/m,
  },
  {
    name: 'the command line',
    folder: 'npm',
    args: ['node_modules/uactor/dist/cli/main.js', '--help'],
    reports: /uactor/,
    note: '`npx uactor --help`',
  },
];

/** The rows in Markdown. */
export function setupsTable() {
  const since = (row) => (row.since === STRIPS_TYPES ? '22.18' : '20.19');
  const lines = rows.map((row) => `| ${row.name} | ${since(row)} | ${row.note ?? ''} |`);
  return ['| set-up | from Node | |', '|---|---|---|', ...lines].join('\n').replaceAll('|  |', '| |');
}
