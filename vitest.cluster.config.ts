import { defineConfig } from 'vitest/config';

/** The tests that need NATS brokers, one file at a time: `npm run test:cluster`. */
export default defineConfig({
  test: {
    name: 'cluster',
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: ['./test/cluster/brokers.ts'],
    setupFiles: ['./test/support/prototypes.ts'],
    pool: 'forks',
    maxWorkers: 1,
    retry: 0,
    testTimeout: 120_000,
    hookTimeout: 90_000,
    allowOnly: false,
    dangerouslyIgnoreUnhandledErrors: false,
    server: { deps: { external: [/\/(?:dist|build)\//] } },
  },
});
