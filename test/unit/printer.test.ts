import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { Printer } from '../../cli/printer.ts';

/** ESC and BEL, C1, and a change of direction. */
const HOSTILE = 'a\u001B]0;title\u0007b\u009B2Jc\u007Fd';

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const RAW = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/;

/** Returns what a printer writes to each stream. */
function printed(print: (printer: Printer) => void): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const out = Object.assign(stream, { isTTY: false });
  if (!isStream(out)) throw new Error('this is no stream');
  print(new Printer({ out, error: out }));
  return text;
}

function isStream(value: unknown): value is WriteStream {
  return value instanceof Writable;
}

test.each<[string, (printer: Printer) => void]>([
  ['a line', (printer) => printer.line(HOSTILE)],
  ['a section', (printer) => printer.section('methods', [HOSTILE])],
  ['a text', (printer) => printer.value(HOSTILE)],
  ['an object', (printer) => printer.value({ [HOSTILE]: HOSTILE })],
  ['an error among values', (printer) => printer.value([Object.assign(new Error(HOSTILE), { name: HOSTILE })])],
  ['JSON', (printer) => printer.json({ [HOSTILE]: HOSTILE })],
  ['an error as JSON', (printer) => printer.json(new Error(HOSTILE))],
  ['a warning', (printer) => printer.warning(HOSTILE)],
  ['a failure', (printer) => printer.failure(new Error(HOSTILE), false)],
  ['a failure with its stack', (printer) => printer.failure(new Error(HOSTILE), true)],
])('H89 %s is printed without raw control characters', (_, print) => {
  const text = printed(print);
  expect(text).toContain('title');
  expect(text).not.toMatch(RAW);
});

test('H89 JSON output contains the same, with escaped characters', () => {
  expect(JSON.parse(printed((printer) => printer.json({ text: HOSTILE })))).toEqual({ text: HOSTILE });
});
