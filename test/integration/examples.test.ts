import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checksums-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('U1 the first actor counts in a process of its own, and its script ends by itself', async () => {
  const run = await runProgram(['build/examples/first-actor.js']);
  expect(run).toEqual({ exitCode: 0, signal: null, stdout: 'a separate process\n6\n', stderr: '' });
});

test('U79 U80 the traced example prints one trace, whose lines come from three processes', async () => {
  const { stdout, stderr, exitCode } = await runProgram(['build/examples/traced.js']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const lines = stdout.split('\n').filter((line) => /\b(?:CLIENT|SERVER)\b/.test(line));
  const traces = new Set(lines.map((line) => line.split(' ').at(-1)));
  expect(traces.size).toBe(1);
  expect(lines.map((line) => line.slice(0, line.lastIndexOf(' '))).toSorted()).toEqual([
    'CLIENT Shop/order',
    'Shop: CLIENT actor/stock',
    'Shop: SERVER Shop/order',
    'Warehouse: SERVER Warehouse/stock',
  ]);
  expect(stdout).toContain('ordered: books\n');
});

test('one core and all cores find the same chain, and the script says how much faster they are', async () => {
  const { stdout, stderr, exitCode } = await runProgram(['build/examples/all-cores.js', '30000']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const cores = availableParallelism();
  expect(stdout.split('\n')).toEqual([
    'the longest Collatz chain below 30000',
    expect.stringMatching(/^1 core +\d+\.\d s +\d+ k\/s$/),
    expect.stringMatching(new RegExp(`^${cores} cores +\\d+\\.\\d s +\\d+ k/s$`)),
    expect.stringMatching(/^307 steps from 26623; \d+\.\d times as fast$/),
    '',
  ]);
});

test.each(['abc', '-5', '', '1.5', '1e99'])('the search on all cores refuses the limit %j', async (limit) => {
  expect(await runProgram(['build/examples/all-cores.js', limit])).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: 'LIMIT must be a whole number of at least 2: node all-cores.js [LIMIT]\n',
  });
});

test('a pool of actors counts primes, each slice once', async () => {
  const { stdout, stderr, exitCode } = await runProgram(['build/examples/actor-pool.js', '100001']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toBe(`9592 primes below 100001\n${availableParallelism()} actors, 11 slices\n`);
});

test('U65 a caller goes on when its supervised actor crashes', async () => {
  const run = await runProgram(['build/examples/supervised.js']);
  const stdout =
    '2 calls were lost with their process, 18 others got their replies\nthe sum since the last restart is 105.5\n';
  expect(run).toEqual({ exitCode: 0, signal: null, stdout, stderr: '' });
});

test('U43 the streaming generator does not run ahead of its reader, and ends with it', async () => {
  const { stdout, stderr, exitCode } = await runProgram(['build/examples/streaming-generator.js']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const lines = [
    'the reader wants no more primes',
    'the primes below 100 add up to 1060',
    'found ahead of the reader: a few',
  ];
  expect(stdout.trim().split('\n').toSorted()).toEqual(lines.toSorted());
});

test('U33 the workers of the queue square every number once', async () => {
  const run = await runProgram(['build/examples/work-queue.js']);
  const stdout = '100 numbers squared, their sum is 338350\n';
  expect(run).toEqual({ exitCode: 0, signal: null, stdout, stderr: '' });
});

test('U33 a dictionary is shared by several processes', async () => {
  const run = await runProgram(['build/examples/shared-dictionary.js']);
  expect(run).toEqual({ exitCode: 0, signal: null, stdout: 'Bern: sun\nOslo: rain\nQuito: rain\n', stderr: '' });
});

test('U33 no addition is lost around the lock', async () => {
  const run = await runProgram(['build/examples/lock-around-a-file.js', join(folder, 'number.txt')]);
  expect(run).toEqual({ exitCode: 0, signal: null, stdout: 'the file says 100\n', stderr: '' });
});

test('the checksums of a folder are the same from all actors together and from one process alone', async () => {
  const files = new Map([
    ['empty', Buffer.alloc(0)],
    ['small', Buffer.from('small')],
    [join('deep', 'er', 'large'), Buffer.alloc(1_000_000, 'large')],
  ]);
  for (let number = 0; number < 200; number++) files.set(join('many', `${number}`), Buffer.from(`${number}`));
  writeFiles(files);
  const { stdout, stderr, exitCode } = await runProgram(['build/examples/checksums.js', folder]);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout.match(/: 203 files, 1\.0 MB in /g)).toHaveLength(2);
  expect(stdout).toContain(`sha256, all files combined: ${combinedDigest(files)}\n`);
});

test('links are not followed, and what cannot be read is reported', async () => {
  const files = new Map([['file', Buffer.from('contents')]]);
  writeFiles(files);
  symlinkSync(process.execPath, join(folder, 'link'));
  symlinkSync(folder, join(folder, 'loop'));
  writeUnreadable();
  const { stdout, exitCode } = await runProgram(['build/examples/checksums.js', folder]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`2 files under ${folder}\n`);
  expect(stdout.match(/not read: unreadable.*: (?:EACCES|ENOENT)/g)).toHaveLength(2);
  expect(stdout.match(/: 1 files, 0\.0 MB in /g)).toHaveLength(2);
  expect(stdout).toContain(`sha256, all files combined: ${combinedDigest(files)}\n`);
});

test('progress is plain lines where there is no terminal', async () => {
  const { stdout } = await runProgram(['build/examples/checksums.js', folder]);
  expect(stdout).not.toContain('\r');
  expect(stdout).toContain('this process alone: 100 %\n');
});

function writeFiles(files: ReadonlyMap<string, Buffer>): void {
  for (const [name, contents] of files) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), contents);
  }
}

/** Creates a file that even root cannot open, because its name is not text. */
function writeUnreadable(): void {
  if (process.getuid?.() === 0) {
    writeFileSync(Buffer.concat([Buffer.from(join(folder, 'unreadable-')), Buffer.from([0xff])]), '');
  } else {
    writeFileSync(join(folder, 'unreadable'), '');
    chmodSync(join(folder, 'unreadable'), 0);
  }
}

function combinedDigest(files: ReadonlyMap<string, Buffer>): string {
  let sum = 0n;
  for (const [name, contents] of files) {
    sum ^= BigInt(`0x${createHash('sha256').update(`${name}\0`).update(contents).digest('hex')}`);
  }
  return sum.toString(16).padStart(64, '0');
}
