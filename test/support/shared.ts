import { afterAll, beforeAll } from 'vitest';

/**
 * Starts one actor, pool or manager for all tests of the block, and ends it after them: for tests that leave no traces in it that could
 * affect another test. Starting a separate process would be most of such a test's cost.
 */
export function shared<Started extends AsyncDisposable>(start: () => Promise<Started>): () => Started {
  const running: Started[] = [];

  beforeAll(async () => {
    running.push(await start());
  });

  afterAll(async () => {
    for (const each of running) await each[Symbol.asyncDispose]();
  });

  return () => {
    const [found] = running;
    if (found === undefined) throw new Error('it is started in beforeAll: ask for it in a test');
    return found;
  };
}
