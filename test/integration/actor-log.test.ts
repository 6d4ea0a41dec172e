import { Console } from 'node:console';
import { EventEmitter, once } from 'node:events';
import { Writable } from 'node:stream';
import { Talkative } from '#fixtures/talkative.js';
import { ActorPool, type ActorLog, type LogSource } from 'uactor';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { runProgram } from '../support/run-program.ts';
import { Terminal } from '../support/terminal.ts';

const PROGRAM = 'build/fixtures/programs/logging.js';

/** Returns a log that records the lines of an actor's process, and these lines. */
function noted(): { readonly lines: string[]; readonly log: (line: string, source: LogSource) => void } {
  const lines: string[] = [];
  return { lines, log: (line, { stream }) => void lines.push(`${stream}: ${line}`) };
}

test('U80 a function gets each line, with its stream, its actor and its process', async () => {
  const told: [string, LogSource][] = [];
  await using actor = await Talkative.with({ log: (line, source) => void told.push([line, source]) }).spawn();
  await actor.say('one\ntwo');
  await actor.complain('three');
  await eventually(() => expect(told).toHaveLength(3));
  const source = { actor: 'Talkative', pid: await actor.pid() };
  expect(told).toEqual(
    expect.arrayContaining([
      ['one', { ...source, stream: 'stdout' }],
      ['two', { ...source, stream: 'stdout' }],
      ['three', { ...source, stream: 'stderr' }],
    ]),
  );
});

test('U80 a line may arrive in parts, within a character too, and end with a carriage return or not at all', async () => {
  const { lines, log } = noted();
  const actor = await Talkative.with({ log }).spawn();
  const [first, second] = [Buffer.from('ein Stü').subarray(0, 7), Buffer.from('ein Stück\r\nund ').subarray(7)];
  await actor.write([first, second]);
  await eventually(() => expect(lines).toEqual(['stdout: ein Stück']));
  await failure(actor.endWith('ein Rest'));
  await eventually(() => expect(lines).toEqual(['stdout: ein Stück', 'stdout: und ein Rest']));
});

test('U80 the lines of an actor have all been passed on when its shutdown has resolved', async () => {
  const { lines, log } = noted();
  const actor = await Talkative.with({ log }).spawn();
  await actor.sayMany(500, 10);
  await actor.shutdown();
  expect(lines).toHaveLength(500);
});

test('U80 an actor that ends waits for its reader to take what console.log has written', async () => {
  const { lines, log } = noted();
  const actor = await Talkative.with({ log }).spawn();
  const [text, count] = ['x'.repeat(100), 20_000];
  await actor.sayAtOnce(text, count);
  await actor.shutdown();
  expect(lines.filter((line) => line.endsWith(text))).toHaveLength(count);
});

test('U80 a line without an end is passed on in parts', async () => {
  const { lines, log } = noted();
  await using actor = await Talkative.with({ log }).spawn();
  await actor.write([Buffer.alloc(200_000, 'x')]);
  await eventually(() => expect(lines.join('').replaceAll('stdout: ', '').length).toBeGreaterThan(100_000));
  await actor.say('');
  await eventually(() => expect(lines.join('').replaceAll('stdout: ', '')).toBe('x'.repeat(200_000)));
});

test('U80 no part of a long line is longer than 65,536 characters, or ends within a character', async () => {
  const { lines, log } = noted();
  const actor = await Talkative.with({ log }).spawn();
  const line = `x${'\u{1F600}'.repeat(50_000)}`;
  await actor.sayAtOnce(line, 1);
  await actor.shutdown();
  const parts = lines.map((part) => part.replace('stdout: ', ''));
  expect(parts.join('')).toBe(line);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(65_536);
  expect(parts.filter((part) => /[\ud800-\udbff]$/.test(part))).toEqual([]);
});

test('U80 nothing more is read while a line is being taken', async () => {
  const gate = new EventEmitter();
  let [taken, open] = [0, false];
  const log = async (): Promise<void> => {
    taken++;
    if (!open) await once(gate, 'open');
  };
  await using actor = await Talkative.with({ log }).spawn();
  let said = 0;
  const saying = (async (): Promise<void> => {
    said = await actor.sayMany(4_000, 1_000);
  })();
  await eventually(() => expect(taken).toBe(1));
  // More than the pipe and the buffers hold, so the process has to wait while the first line is being handled.
  for (let round = 0; round < 50; round++) await actor.say('meanwhile');
  expect([taken, said]).toEqual([1, 0]);
  open = true;
  gate.emit('open');
  await saying;
  await eventually(() => expect(taken).toBe(4_050));
});

test('U80 a logger such as pino gets fields and lines, output as info and errors as error', async () => {
  const calls: unknown[] = [];
  const logger = {
    level: 'info',
    info(this: { level: string }, source: object, line: string) {
      calls.push([this.level, 'info', source, line]);
    },
    error(this: { level: string }, source: object, line: string) {
      calls.push([this.level, 'error', source, line]);
    },
  };
  await using actor = await Talkative.with({ log: logger }).spawn();
  await actor.say('fine');
  await actor.complain('broken');
  const [pid, actorName] = [await actor.pid(), 'Talkative'];
  await eventually(() => expect(calls).toHaveLength(2));
  expect(calls).toEqual(
    expect.arrayContaining([
      ['info', 'info', { stream: 'stdout', actor: actorName, pid }, 'fine'],
      ['info', 'error', { stream: 'stderr', actor: actorName, pid }, 'broken'],
    ]),
  );
});

test('U80 a console gets lines with a prefix and without control characters', async () => {
  let written = '';
  const out = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  await using actor = await Talkative.with({ log: new Console(out) }).spawn();
  await actor.say('100%d \u001B]0;title\u0007');
  await eventually(async () => expect(written).toBe(`[Talkative ${await actor.pid()}] 100%d \\x1b]0;title\\x07\n`));
});

test('U80 lines with a prefix go to the streams of the owner', async () => {
  const { stdout, stderr, exitCode } = await runProgram([PROGRAM, 'shutdown']);
  const pid = /^pid (\d+)$/m.exec(stdout)?.[1];
  expect(stderr).toBe(`[Talkative ${pid}] to the other stream\n`);
  // The output is not a terminal, so the bytes are the actor's own.
  expect(stdout.split('\n').toSorted()).toEqual(['', `[Talkative ${pid}] with a \u001B[31mcolour`, `pid ${pid}`]);
  expect(exitCode).toBe(0);
});

test('U80 a log does not keep the owner alive', async () => {
  const { stdout, exitCode } = await runProgram([PROGRAM]);
  expect(stdout).toMatch(/^pid \d+$/m);
  expect(exitCode).toBe(0);
});

test('U80 lines with a prefix cannot change a terminal', async () => {
  await using terminal = new Terminal([PROGRAM, 'shutdown'], {});
  const { shown } = await terminal.ended;
  expect(shown).toContain('] with a \\x1b[31mcolour\n');
});

test('U80 the members of an actor pool pass on their lines as well', async () => {
  const told = new Set<string>();
  const log: ActorLog = (line, { pid }) => void told.add(`${pid} ${line}`);
  await using pool = await ActorPool.spawn(Talkative.with({ log }), { size: 2 });
  await pool.broadcast.say('from the pool');
  await eventually(() => expect(told.size).toBe(2));
  expect([...told].every((line) => line.endsWith(' from the pool'))).toBe(true);
});

test('U80 stdio decides which streams there are to log', async () => {
  const { lines, log } = noted();
  await using actor = await Talkative.with({ log, stdio: ['ignore', 'ignore', 'inherit'] }).spawn();
  await actor.say('unheard');
  await actor.complain('heard');
  await eventually(() => expect(lines).toEqual(['stderr: heard']));
});

test('U80 a log that throws is reported once, and the actor lives on', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  let taken = 0;
  const log = (): void => {
    taken++;
    throw new Error('no room');
  };
  await using actor = await Talkative.with({ log }).spawn();
  await actor.say('one\ntwo\nthree');
  await eventually(() => expect(taken).toBe(3));
  await eventually(() => expect(warnings).toHaveLength(1));
  expect(warnings[0]).toMatchObject({
    code: 'UACTOR_LOG',
    message: expect.stringMatching(/^The log option of Talkative failed for a line of process \d+.*no room$/),
  });
});

test('U80 misuse is a TypeError that says what to do', () => {
  const invalid: unknown[] = [false, 'name', 1, null, {}, { info: () => undefined }];
  for (const log of invalid) {
    expect(() => Reflect.apply(Talkative.with, Talkative, [{ log }])).toThrow(
      'Talkative.options.log must be true for lines with a prefix, a function of a line, console, or a logger',
    );
  }
  expect(() => Talkative.with({ log: true, stdio: 'ignore' })).toThrow('options.stdio sends the output elsewhere');
  expect(() => Talkative.with({ log: true, stdio: ['ignore', 2, 2] })).toThrow('omit one of them');
});
