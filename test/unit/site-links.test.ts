import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

let site = '';

beforeEach(() => {
  site = mkdtempSync(join(tmpdir(), 'uactor-site-'));
  mkdirSync(join(site, 'docs'));
  writeFileSync(join(site, 'index.html'), '<h1 id="top">Home</h1><a href="/docs/calls#deadlines">calls</a>');
  writeFileSync(
    join(site, 'docs', 'calls.html'),
    '<h2 id="deadlines">Deadlines</h2><a class="home" href="../index.html#top">home</a><a href="#deadlines">here</a>' +
      '<img src="/picture.svg"><a href="https://example.com/#nowhere">elsewhere</a>',
  );
  writeFileSync(join(site, 'picture.svg'), '<svg/>');
});

afterEach(() => {
  rmSync(site, { recursive: true });
});

test('links of the site that lead to files and headings are accepted', async () => {
  const run = await runProgram(['site/check-links.mjs', site]);
  expect(run).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
});

test('a missing page, a missing heading and a missing picture are each named with the page that links to them', async () => {
  writeFileSync(
    join(site, 'index.html'),
    '<a href="/docs/calls#deadlines">calls</a><a href="/docs/gone.html">gone</a>',
  );
  rmSync(join(site, 'picture.svg'));
  const run = await runProgram(['site/check-links.mjs', site]);
  expect(run.exitCode).toBe(1);
  expect(run.stderr.trim().split('\n').toSorted()).toEqual([
    'docs/calls.html: ../index.html#top leads to no heading of that page',
    'docs/calls.html: /picture.svg leads to no file',
    'index.html: /docs/gone.html leads to no file',
  ]);
});
