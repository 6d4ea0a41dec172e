import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MISTAKES } from '../support/mistakes.ts';

/** The rows of the page: a mistake, its message, the message of the first version, and the remedy. */
const rows = readFileSync(new URL('../../docs/mistakes.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| mistake '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, mistake = '', message = '']) => [mistake, message] as const);

/** Returns a pattern for a message in the page, where `…` stands for any text. */
function pattern(message: string): RegExp {
  const parts = message.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(String.raw`[\s\S]*`)}$`);
}

/** Returns the message that a mistake causes. */
async function toldOf(mistake: string): Promise<string> {
  const told: unknown = await Promise.resolve()
    .then(MISTAKES.get(mistake))
    .catch((error: unknown) => error);
  return told instanceof Error ? told.message : String(told);
}

describe('what docs/mistakes.md says that a program is told', () => {
  test.each(rows)('U42 %s', async (mistake, message) => {
    expect(await toldOf(mistake)).toMatch(pattern(message));
  });

  test('U42 the page lists each of them', () => {
    expect(rows.map(([mistake]) => mistake)).toEqual([...MISTAKES.keys()]);
  });
});
