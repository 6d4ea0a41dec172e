import { test } from 'vitest';
import { passesUnderFlags } from '../support/under-flags.ts';

test('H51 the whole conformance suite passes without __proto__, without code generation, in little memory', () => {
  passesUnderFlags(new URL('./superjson-flags-child.ts', import.meta.url), 80);
});
