import { vi } from 'vitest';

/** How long a certain event may take: generous, because a test does not judge speed. */
const PATIENCE = { timeout: 15_000, interval: 10 };

/** Resolves when `check` no longer throws. `timeout` is for events that a timer of the library brings. */
export async function eventually<T>(check: () => T | Promise<T>, timeout: number = PATIENCE.timeout): Promise<T> {
  return await vi.waitFor(check, { ...PATIENCE, timeout });
}
