import { defineConfig } from 'vitest/config';

/** The built files run as they are, in the tests as in the processes which these start. */
const external = [/\/(?:dist|build)\//];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
    // Generous, for loaded machines: what a test waits for has a deadline of its own.
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
        // What depends on real time, or needs the machine for itself: it runs last, one file at a time.
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
            tsconfig: './tsconfig.json',
            include: ['test/types/**/*.test-d.ts'],
          },
        },
      },
    ],
  },
});
