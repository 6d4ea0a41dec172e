/** Import it for its effect: each test ends by checking that it changed no shared prototype. */
import { prototypes } from '#fixtures/prototypes.js';
import { afterEach, expect } from 'vitest';

const before = prototypes();

afterEach(() => {
  expect(prototypes(), 'a shared prototype was changed').toBe(before);
});
