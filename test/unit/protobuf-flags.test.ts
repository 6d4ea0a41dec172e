import { test } from 'vitest';
import { passesUnderFlags } from '../support/under-flags.ts';

test('H51 U47 the whole conformance suite passes without __proto__, without code generation, in little memory', () => {
  passesUnderFlags(new URL('./protobuf-flags-child.ts', import.meta.url), 160);
}, 120_000);
