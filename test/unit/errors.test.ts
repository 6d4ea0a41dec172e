import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as errors from '../../core/seam/errors.ts';

type Construct = new (
  message: string,
  options: { actor: string; exitCode: number; signal: null },
) => errors.UActorError;

function isClass(value: unknown): value is Construct {
  return typeof value === 'function' && (value === errors.UActorError || value.prototype instanceof errors.UActorError);
}

const classes = Object.entries(errors).flatMap(([name, value]) => (isClass(value) ? [{ name, cls: value }] : []));
const listed = Object.entries(errors.ERROR_CODES).flatMap(([name, codes]) => codes.map((code) => `${name} ${code}`));
const document = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const rows = document.split('\n').flatMap((line) => {
  const cells = line.split('|').map((cell) => cell.trim());
  const [, name = '', code = ''] = cells;
  return /^`\w+`$/.test(name) && /^`[A-Z_]+`$/.test(code)
    ? [{ key: `${name} ${code}`.replaceAll('`', ''), cells }]
    : [];
});

describe('the error tree', () => {
  test('docs/errors.md documents every code, and no others', () => {
    expect(rows.map(({ key }) => key).toSorted()).toEqual(listed.toSorted());
  });

  test('every documented code has a meaning, says whether the method ran, and what to do', () => {
    for (const { key, cells } of rows) {
      expect(cells, key).toHaveLength(7);
      const [, , , meaning = '', executed = '', cure = ''] = cells;
      expect(meaning, key).toMatch(/\.$/);
      expect(executed, key).toMatch(/`(?:no|maybe|yes)`/);
      expect(cure, key).toMatch(/\.$/);
    }
  });

  test('every class has its row of codes, and every row has its class', () => {
    expect(classes.map(({ name }) => name).toSorted()).toEqual(Object.keys(errors.ERROR_CODES).toSorted());
  });

  test.each(classes)('$name has its own name and its first code by default', ({ name, cls }) => {
    const error = new cls('text', { actor: 'Counter', exitCode: 1, signal: null });
    expect(error.name).toBe(name);
    expect(cls.name).toBe(name);
    expect(`${name} ${error.code}`).toBe(listed.find((key) => key.startsWith(`${name} `)));
    expect(error.message).toBe('text');
    expect(error).toBeInstanceOf(errors.UActorError);
    expect(['no', 'maybe', 'yes']).toContain(error.executed);
    expect(Object.hasOwn(error, 'cause')).toBe(false);
  });

  test('a cause is kept, even undefined', () => {
    expect(Object.hasOwn(new errors.ProxyError('text', { cause: undefined }), 'cause')).toBe(true);
    expect(new errors.ProxyError('text', { cause: 7 }).cause).toBe(7);
  });

  test('U7 a mistake in a declaration is a TypeError with the code MISUSE', () => {
    expect(errors.misuse('text')).toBeInstanceOf(TypeError);
    expect(errors.misuse('text')).toMatchObject({ message: 'text', code: 'MISUSE' });
  });
});
