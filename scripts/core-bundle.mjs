/**
 * Writes the whole core as one function of its environment, for the simulation: `core/seam/environment.ts` is replaced, and the
 * remaining free names become the function's parameters. The build uses it. In addition:
 *
 * - `bundleCore` takes edits of the sources, for tests that remove a guard and check which scenario notices it;
 * - `node scripts/core-bundle.mjs --root FOLDER --out FILE` does the same for another working tree, such as an older commit:
 *   `git worktree add /tmp/older COMMIT`, a link to `node_modules` in it, this command, and then `npm run explore -- --core FILE`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const own = resolve(import.meta.dirname, '..');

/** The entry for a core whose state machines are not tables, or are elsewhere: it reports no transitions. */
const OLDER_ENTRY = `
import { liveAsActor } from './core/process/actor/run-actor.ts';
import { useStarter } from './core/process/owner/process-resources.ts';
import { registerTransport } from './core/runtime/registry.ts';
import * as uactor from './index.ts';
import { simTransport } from ${JSON.stringify(join(own, 'test/simulation/sim-transport.ts'))};

export const core = {
  uactor,
  settle({ network, starter }) {
    for (const scheme of ['sim', 'ipc', 'tcp']) registerTransport(simTransport(network, scheme));
    useStarter(starter);
  },
  liveAsActor,
};
`;

/**
 * @param outfile - The path of the function's file; the source map is next to it.
 * @param root - The working tree of the core.
 * @param edits - `{ file, from, to }`: in that file of the tree, the only occurrence of `from` becomes `to`.
 * @returns the paths that were written.
 */
export async function bundleCore({ outfile, root = own, edits = [] }) {
  const made = new Set();
  const replaced = {
    name: 'simulated-environment',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\/environment\.ts$/ }, () => ({ path: join(own, 'test/simulation/environment.ts') }));
      // The simulation's own imports from the core resolve to the core of that tree.
      onResolve({ filter: /^\.\.\/\.\.\// }, ({ path, importer }) =>
        importer.startsWith(join(own, 'test')) ? { path: join(root, path.slice('../../'.length)) } : undefined,
      );
      // A core older than the simulation has the seam, but no way to insert another starter.
      onLoad({ filter: /\/process-resources\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        const starter = text.includes('useStarter') ? '' : 'export function useStarter(s) { state.starter = s; }';
        return { contents: `${text}${starter}`, loader: 'ts' };
      });
      if (edits.length === 0) return;
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const wanted = edits.filter(({ file }) => join(root, file) === path);
        if (wanted.length === 0) return undefined;
        return { contents: wanted.reduce(edited, readFileSync(path, 'utf8')), loader: 'ts' };
      });
    },
  };
  const edited = (text, edit) => {
    const [before, ...behind] = text.split(edit.from);
    if (behind.length !== 1) throw new Error(`${edit.file}: ${behind.length} places read ${edit.from}`);
    made.add(edit);
    return [before, edit.to, behind[0]].join('');
  };
  const entry = 'test/simulation/core-entry.ts';
  const source =
    existsSync(join(root, entry)) && existsSync(join(root, 'test/simulation/edges.ts'))
      ? { entryPoints: [entry] }
      : { stdin: { contents: OLDER_ENTRY, resolveDir: root, loader: 'ts' } };
  const result = await build({
    absWorkingDir: root,
    ...source,
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    define: { 'import.meta.url': JSON.stringify('file:///uactor/index.js') },
    plugins: [replaced],
    // For the project itself; the published package has none, and so names none.
    sourcemap: 'external',
    metafile: true,
    logLevel: 'warning',
  });
  const forgotten = edits.find((edit) => !made.has(edit));
  if (forgotten !== undefined) throw new Error(`${forgotten.file} is not part of the core`);
  return Object.keys(result.metafile.outputs).map((path) => resolve(root, path));
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { root: { type: 'string', default: own }, out: { type: 'string', default: 'dist/testing/core.cjs' } },
  });
  const written = await bundleCore({ root: resolve(values.root), outfile: resolve(values.out) });
  for (const path of written) console.log(relative('.', path));
}
