import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

function source(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** The claim, file and title of each row of the last table. */
const ROWS = [...source('docs/security.md').matchAll(/^\| (.+) \| `((?:unit|faults)\/[a-z-]+)` \| (.+) \|$/gm)].map(
  ([, claim = '', file = '', title = '']) => ({ claim, file, title }),
);

test('every claim of docs/security.md names an existing test', () => {
  expect(ROWS.length).toBeGreaterThan(20);
  for (const { claim, file, title } of ROWS) {
    expect(source(`test/${file}.test.ts`).includes(title), `${claim}: "${title}" in ${file}`).toBe(true);
  }
});

test('docs/security.md lists all limits', () => {
  const limits = /export interface Limits extends[^]*?\n}/.exec(source('core/seam/limits.ts'))?.[0] ?? '';
  const names = [...limits.matchAll(/^ {2}readonly (\w+): number;/gm)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(12);
  const page = source('docs/security.md');
  for (const name of names) expect(page, name).toContain(`\`${name}\``);
});
