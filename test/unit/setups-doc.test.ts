import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { setupsTable } from '../setups/rows.mjs';

test('U73 the table of setups in docs/bundling.md equals the setups that npm run test:setups tries', () => {
  const text = readFileSync(new URL('../../docs/bundling.md', import.meta.url), 'utf8');
  expect(text).toContain(`\n${setupsTable()}\n`);
});
