import { defineConfig } from 'vitest/config';

/** The built files run as they are, in the tests as in the processes which these start. */
const external = [/\/(?:dist|build)\//];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    allowOnly: false,
    dangerouslyIgnoreUnhandledErrors: false,
    server: { deps: { external } },
    projects: [
      ...['conformance', 'unit', 'integration', 'faults'].map((name) => ({
        extends: true as const,
        test: { name, include: [`test/${name}/**/*.test.ts`], setupFiles: ['./test/support/prototypes.ts'] },
      })),
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
