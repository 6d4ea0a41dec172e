/** Loaded before every file of tests: each test ends by checking that it changed no shared prototype. */
import { afterEach, expect } from 'vitest';
import { prototypes } from '../fixtures/prototypes.ts';

const before = prototypes();

afterEach(() => {
  expect(prototypes(), 'a shared prototype was changed').toBe(before);
});
