/** Processes of actors inherit these flags: before Node 22.18 it is tsx that reads TypeScript there. */
export default { test: { include: ['beside.test.ts'], execArgv: ['--import', 'tsx'], testTimeout: 60_000 } };
