/** Makes the bundles of `whole.mjs` in the folder `from`, in the folder `to`. */
import { join } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import webpack from 'webpack';

const entry = 'whole.mjs';

/** Installed packages are CommonJS in part, and an ES module has no `require` of its own. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

async function byEsbuild(from, to) {
  const common = { absWorkingDir: from, entryPoints: [entry], bundle: true, platform: 'node', logLevel: 'error' };
  await esbuild({ ...common, format: 'esm', outfile: join(to, 'esbuild.mjs'), banner: { js: REQUIRE } });
  await esbuild({ ...common, format: 'cjs', outfile: join(to, 'esbuild.min.cjs'), minify: true });
}

async function byRollup(from, to) {
  const bundle = await rollup({
    input: join(from, entry),
    plugins: [resolve({ preferBuiltins: true }), commonjs()],
    onwarn(warning) {
      // Of protobufjs, and harmless.
      if (warning.code !== 'CIRCULAR_DEPENDENCY') throw new Error(`rollup warns: ${warning.message}`);
    },
  });
  const common = { inlineDynamicImports: true };
  await bundle.write({ ...common, format: 'es', file: join(to, 'rollup.mjs') });
  await bundle.write({ ...common, format: 'es', file: join(to, 'rollup.min.mjs'), plugins: [terser()] });
  await bundle.write({ ...common, format: 'cjs', file: join(to, 'rollup.cjs') });
  await bundle.close();
}

function byWebpack(from, to, file, mode = 'production') {
  const isModule = file.endsWith('.mjs');
  return new Promise((done, failed) => {
    webpack(
      {
        context: from,
        entry: `./${entry}`,
        mode,
        target: 'node',
        ...(isModule && { experiments: { outputModule: true } }),
        output: {
          path: to,
          filename: file,
          chunkFilename: `${file}.[id]${file.slice(-4)}`,
          ...(isModule && { chunkFormat: 'module' }),
        },
      },
      (error, stats) => {
        const said = error ?? stats.toString({ all: false, errors: true, warnings: true });
        if (said === '') done();
        else failed(new Error(`webpack says: ${said}`));
      },
    );
  });
}

async function byVite(from, to, format, file) {
  await vite({
    root: from,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: entry,
      outDir: to,
      emptyOutDir: false,
      rollupOptions: { output: { format, entryFileNames: file, chunkFileNames: `${file}.[name]${file.slice(-4)}` } },
    },
    ssr: { noExternal: true },
  });
}

export async function makeBundles(from, to) {
  await Promise.all([byEsbuild(from, to), byRollup(from, to)]);
  await byWebpack(from, to, 'webpack.mjs');
  await byWebpack(from, to, 'webpack.cjs');
  await byWebpack(from, to, 'webpack-development.cjs', 'development');
  await byVite(from, to, 'es', 'vite.mjs');
  await byVite(from, to, 'cjs', 'vite.cjs');
}
