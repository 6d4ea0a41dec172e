import { afterAll, beforeAll } from 'vitest';

/**
 * Starts one actor, pool or manager for all tests of the block, and ends it after them: for tests that leave nothing in it which another
 * one could meet. A process of its own for each test is most of what such a test costs.
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
