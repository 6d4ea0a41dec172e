import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { Authkey } from '../../core/trust/authkey.ts';

const SECRET = 'correct horse battery staple';

function encodings(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  return [
    buffer.toString('latin1'),
    buffer.toString('hex'),
    buffer.toString('base64'),
    buffer.join(', '),
    buffer.join(','),
  ];
}

describe('Authkey', () => {
  test('U52 a text and its UTF-8 bytes are the same key, another text is another key', () => {
    const key = new Authkey('schlüssel von genügender länge');
    expect(key.equals(new Authkey(new TextEncoder().encode('schlüssel von genügender länge')))).toBe(true);
    expect(key.equals(new Authkey('schlüssel von genügender längE'))).toBe(false);
    expect(key.equals(new Authkey('schlüssel von genügender länge!'))).toBe(false);
  });

  test('U52 a random key has 32 bytes and is different each time', () => {
    const key = Authkey.random();
    expect(key.bytes()).toHaveLength(32);
    expect(key.equals(Authkey.random())).toBe(false);
  });

  test('the key copies the bytes that it gets and the bytes that it returns', () => {
    const given = new Uint8Array(32).fill(7);
    const key = new Authkey(given);
    given.fill(0);
    key.bytes().fill(1);
    expect(key.bytes()).toEqual(new Uint8Array(32).fill(7));
    expect(new Authkey(SECRET).bytes().buffer.byteLength).toBe(SECRET.length);
  });

  test('H14 a key that is empty or is not a key is rejected when it is configured', () => {
    expect(() => new Authkey('')).toThrow(expect.objectContaining({ name: 'TypeError', code: 'MISUSE' }));
    expect(() => new Authkey(new Uint8Array())).toThrow(/authkey is empty/);
    expect(() => Authkey.fromTransfer(new Uint8Array())).toThrow(/authkey is empty/);
    for (const wrong of [null, undefined, 42, {}, [1, 2, 3]]) {
      expect(() => Reflect.construct(Authkey, [wrong])).toThrow(/give it as a string or a Uint8Array/);
    }
  });

  test('H14 a key below 16 bytes causes one warning where it is set, without showing the key', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      const short = new Authkey('fifteen bytes!!');
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn.mock.calls[0]?.[0]).toMatch(/shorter than 16 bytes/);
      expect(inspect(warn.mock.calls)).not.toContain('fifteen');
      expect(Authkey.fromTransfer(short.toTransfer()).equals(short)).toBe(true);
      expect(new Authkey('sixteen bytes !!').equals(short)).toBe(false);
      expect(warn).toHaveBeenCalledTimes(1);
    } finally {
      warn.mockRestore();
    }
  });

  test('H76 printing, copying or serializing a key does not show its bytes', () => {
    const key = new Authkey(SECRET);
    const shown = [
      String(key),
      [key].join(''),
      JSON.stringify(key),
      JSON.stringify({ nested: [key] }),
      inspect(key),
      inspect({ nested: { key } }, { depth: null, showHidden: true }),
      inspect(key, { customInspect: false, showHidden: true, depth: null }),
      inspect(Object.assign({}, key)),
      inspect(structuredClone(key), { showHidden: true }),
      inspect(Object.getOwnPropertyDescriptors(key)),
      inspect(new Error('with a cause', { cause: key })),
      Reflect.ownKeys(key).join(','),
    ];
    for (const text of shown) {
      for (const secret of encodings(key.bytes())) expect(text).not.toContain(secret);
    }
    expect(shown.slice(0, 3)).toEqual(['[Authkey]', '[Authkey]', '"[Authkey]"']);
    expect(inspect(key)).toBe('[Authkey]');
  });
});
