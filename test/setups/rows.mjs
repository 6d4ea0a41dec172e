/**
 * The set-ups that the packed package is tried in. `docs/bundling.md` and `docs/testing.md` have them as tables; a test keeps both lists equal.
 */

const WHOLE = `superjson 5 0,1,2 TypeError
msgpack 5 0,1,2 TypeError
protobuf 5 0,1,2 TypeError
passed on 11
RangeError: as it should
manager 2
shared item
pool 49
`;

const ALL = [20, 22, 24, 26];

/** Node reads TypeScript itself from 22.18 on. */
const STRIPS_TYPES = [22, 24, 26];

/**
 * Each row: its name, the folder that its program lies in (of the package manager or the bundler), the arguments for Node, what the program
 * prints or reports, and the versions of Node that run it. `{tool}` is the folder with the tools.
 */
export const rows = [
  ...['npm', 'pnpm'].flatMap((manager) => [
    { name: `${manager}, ES modules`, folder: manager, args: ['whole.mjs', 'tasks.mjs'], prints: WHOLE, nodes: ALL },
    { name: `${manager}, CommonJS`, folder: manager, args: ['program.cjs'], prints: '3\n', nodes: ALL },
  ]),
  {
    name: 'yarn (Plug’n’Play), ES modules',
    folder: 'yarn',
    args: ['{yarn}', 'node', 'whole.mjs', 'tasks.mjs'],
    prints: WHOLE,
    nodes: ALL,
  },
  {
    name: 'yarn (Plug’n’Play), CommonJS',
    folder: 'yarn',
    args: ['{yarn}', 'node', 'program.cjs'],
    prints: '3\n',
    nodes: ALL,
  },
  { name: 'TypeScript by tsx', folder: 'npm', args: ['--import', 'tsx', 'typed.ts'], prints: '3\n', nodes: ALL },
  { name: 'TypeScript by Node', folder: 'npm', args: ['typed.ts'], prints: '3\n', nodes: STRIPS_TYPES, quiet: false },
  {
    name: 'TypeScript by ts-node, CommonJS',
    folder: 'npm/commonjs',
    args: ['-r', 'ts-node/register/transpile-only', 'program.ts'],
    prints: '3\n',
    nodes: ALL,
    quiet: false,
  },
  { name: 'esbuild, ES module', folder: 'bundles', args: ['esbuild.mjs', 'tasks.mjs'], prints: WHOLE, nodes: ALL },
  {
    name: 'esbuild, CommonJS, minified',
    folder: 'bundles',
    args: ['esbuild.min.cjs', 'tasks.mjs'],
    prints: WHOLE,
    nodes: ALL,
  },
  { name: 'rollup, ES module', folder: 'bundles', args: ['rollup.mjs', 'tasks.mjs'], prints: WHOLE, nodes: ALL },
  {
    name: 'rollup, ES module, minified',
    folder: 'bundles',
    args: ['rollup.min.mjs', 'tasks.mjs'],
    prints: WHOLE,
    nodes: ALL,
  },
  { name: 'rollup, CommonJS', folder: 'bundles', args: ['rollup.cjs', 'tasks.mjs'], prints: WHOLE, nodes: ALL },
  { name: 'webpack, ES module', folder: 'bundles', args: ['webpack.mjs', 'tasks.mjs'], prints: WHOLE, nodes: ALL },
  {
    name: 'webpack, CommonJS, minified',
    folder: 'bundles',
    args: ['webpack.cjs', 'tasks.mjs'],
    prints: WHOLE,
    nodes: ALL,
  },
  {
    name: 'webpack, CommonJS, development',
    folder: 'bundles',
    args: ['webpack-development.cjs', 'tasks.mjs'],
    prints: WHOLE,
    nodes: ALL,
  },
  { name: 'vite, ES module', folder: 'bundles', args: ['vite.mjs', 'tasks.mjs'], prints: WHOLE, nodes: ALL },
  { name: 'vite, CommonJS', folder: 'bundles', args: ['vite.cjs', 'tasks.mjs'], prints: WHOLE, nodes: ALL },
  { name: 'single executable', folder: 'bundles', executable: true, args: ['tasks.mjs'], prints: WHOLE, nodes: ALL },
  {
    name: 'Vitest, TypeScript',
    folder: 'npm/runners',
    args: ['{tools}/vitest/vitest.mjs', 'run'],
    reports: /Tests.*3 passed/,
    nodes: ALL,
  },
  {
    name: 'Jest, CommonJS',
    folder: 'npm/runners',
    args: ['{tools}/jest/bin/jest.js', '--runInBand', '--config', 'jest.config.cjs'],
    reports: /^Tests: +2 passed, 2 total$/m,
    nodes: ALL,
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
    nodes: ALL,
  },
  {
    name: 'node:test, TypeScript',
    folder: 'npm/runners',
    args: ['--import', 'tsx', '--test', 'node.test.ts'],
    reports: /pass 3$/m,
    nodes: ALL,
  },
  {
    name: 'the command line',
    folder: 'npm',
    args: ['node_modules/uactor/dist/cli/main.js', '--help'],
    reports: /uactor/,
    nodes: ALL,
  },
];
