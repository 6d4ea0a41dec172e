import { defineConfig } from 'vitest/config';

// Node 20 reads these certificates at every start, which takes longer than the rest of the start; no test needs them.
delete process.env['NODE_EXTRA_CA_CERTS'];

/** Built files run unchanged, in the tests as in the processes that they start. */
const external = [/\/(?:dist|build)\//];

/** Flags of Node for the workers and the processes that they start, from `scripts/test-under.mjs`; vite itself fails under some. */
const flags = process.env['UNDER_FLAGS'];

export default defineConfig({
  test: {
    pool: 'forks',
    ...(flags !== undefined && { env: { NODE_OPTIONS: flags } }),
    maxWorkers: 2,
    retry: 0,
    // Generous, for loaded machines: each wait in a test has its own deadline.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    allowOnly: false,
    dangerouslyIgnoreUnhandledErrors: false,
    server: { deps: { external } },
    projects: [
      ...['conformance', 'unit', 'integration', 'faults', 'simulation'].map((name) => ({
        extends: true as const,
        test: { name, include: [`test/${name}/**/*.test.ts`], setupFiles: ['./test/support/prototypes.ts'] },
      })),
      {
        // Tests that depend on real time, or need the machine for themselves, run last, one file at a time.
        extends: true,
        test: {
          name: 'timing',
          include: ['test/timing/**/*.test.ts'],
          setupFiles: ['./test/support/prototypes.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: 'tsc',
            tsconfig: './test/types/tsconfig.json',
            include: ['test/types/**/*.test-d.ts'],
          },
        },
      },
    ],
  },
});
