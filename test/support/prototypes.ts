/** Loaded before every test file: each test ends with a check that it changed no shared prototype. */
import { afterEach, expect } from 'vitest';
import { prototypes } from '../fixtures/prototypes.ts';

const before = prototypes();

afterEach(() => {
  expect(prototypes(), 'a shared prototype was changed').toBe(before);
});
