import { vi } from 'vitest';

/** How long something may take that is certain to happen: generous, because a test does not judge speed. */
const PATIENCE = { timeout: 15_000, interval: 10 };

/** Resolves when `check` throws no more. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return await vi.waitFor(check, PATIENCE);
}
