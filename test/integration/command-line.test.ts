import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Counter } from '#fixtures/counter.js';
import { Keeper } from '#fixtures/keeper.js';
import { inspectActor, release } from 'uactor';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { scratch } from '../support/leaks.ts';
import { Program } from '../support/program.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';

const MAIN = 'dist/cli/main.js';
const authkey = 'a key of more than sixteen bytes';
const folder = mkdtempSync(join(scratch, 'command-line-'));
const keyFile = join(folder, 'key');

beforeAll(() => {
  writeFileSync(keyFile, `${authkey}\n`, { mode: 0o600 });
});

/** Runs the program until it ends, with the key's file in the environment. */
async function uactor(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ProgramRun> {
  return await runProgram([MAIN, ...args], { env: { ...process.env, UACTOR_AUTHKEY_FILE: keyFile, ...env } });
}

interface Serving extends AsyncDisposable {
  readonly program: Program;
  readonly address: string;
}

/** Serves a class. */
async function serve(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const program = new Program('uactor', ['serve', ...args, '--authkey-file', keyFile, '--json'], {
    file: `../../${MAIN}`,
    env,
  });
  const announced = await eventually(() => {
    expect(program.stdout, program.stderr).toContain('\n');
    return program.stdout;
  });
  const { addresses }: { addresses: string[] } = JSON.parse(announced);
  return { program, address: addresses[0] ?? '', [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

const counter = ['build/fixtures/counter.js#Counter', '--listen', 'tcp://127.0.0.1:0'];

describe('uactor', () => {
  test.each([
    [['--help'], 'Usage: uactor COMMAND'],
    [['serve', '--help'], 'Usage: uactor serve MODULE#CLASS'],
    [['host', '--help'], 'Usage: uactor host --listen ADDRESS'],
    [['call', '-h'], 'Usage: uactor call ADDRESS METHOD'],
    [['inspect', '--help'], 'Usage: uactor inspect ADDRESS'],
    [['bench', '--help'], 'Usage: uactor bench --file FILE'],
  ])('%s says how it is used, without colours where there is no terminal', async (args, expected) => {
    const run = await uactor(args);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain(expected);
    expect(run.stdout).not.toContain('\u001B');
    for (const line of run.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  test('--version is the version of the package', async () => {
    const manifest: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await uactor(['--version'])).toMatchObject({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  test.each([
    [[], 'a command is missing'],
    [['begin'], "there is no command 'begin'; the commands are serve, host, cluster, call, inspect"],
    [['serve'], 'serve needs the name of a class'],
    [['serve', './counter.js', '--listen', 'tcp://127.0.0.1:0'], "'./counter.js' does not name a class"],
    [['serve', 'build/fixtures/counter.js#Counter'], 'the address to listen on is missing'],
    [['serve', '--port', '7'], "Unknown option '--port'"],
    [['serve', 'a.js#A', '--grace', 'soon'], '--grace must be a number of milliseconds'],
    [['host', '-l', 'tcp://127.0.0.1:0'], 'host needs at least one module'],
    [['host', '-m', 'a.js'], 'the address to listen on is missing'],
    [['host', 'a.js', '-l', 'tcp://127.0.0.1:0'], "host takes no arguments; is 'a.js' one of --modules?"],
    [['host', '-m', 'a.js', '-l', 'tcp://127.0.0.1:0', '--slots', 'many'], '--slots must be a whole number'],
    [['host', '-m', 'a.js', '-l', 'tcp://127.0.0.1:0', '--label', 'gpu'], '--label needs a name and a value'],
    [['call'], 'call needs an address and a method'],
    [['call', 'tcp://127.0.0.1:1'], 'call needs an address and a method'],
    [['inspect'], 'inspect needs the address of an actor'],
    [['call', 'tcp://127.0.0.1:1', 'x', '--authkey', 'secret'], "Unknown option '--authkey'"],
    [
      ['call', 'tcp://127.0.0.1:1', 'x', '12345678901234567890'],
      'the argument 12345678901234567890 has more digits than a number keeps. To pass it as text, write \'"12345678901234567890"\'',
    ],
    [
      ['call', 'tcp://127.0.0.1:1', 'x', '1'.repeat(400)],
      `the argument ${'1'.repeat(400)} has more digits than a number keeps`,
    ],
    [['call', 'tcp://127.0.0.1:1', 'x', '007'], 'the argument 007 looks like JSON but is not valid'],
    [['call', 'tcp://127.0.0.1:1', 'x', '{a:1}'], 'the argument {a:1} looks like JSON but is not valid'],
    [['call', 'tcp://127.0.0.1:1', 'x', '1_000'], 'the argument 1_000 looks like JSON but is not valid'],
    [['serve', 'nope', '--authkey-file', ''], "'nope' does not name a class"],
  ])('a wrong command line is one clear line, a hint, and exit code 2: %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await uactor(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const hint = ['serve', 'host', 'call', 'inspect'].includes(args[0] ?? '')
      ? `Try: uactor ${args[0]} --help`
      : 'Try: uactor --help';
    expect(stderr.split('\n')).toEqual([expect.stringContaining(`error: ${message}`), hint, '']);
  });

  test.each([
    [['serve', 'gone.js#Gone', '-l', 'tcp://127.0.0.1:0'], 'there is no module '],
    [['host', '-m', 'gone.js', '-l', 'tcp://127.0.0.1:0'], 'there is no module '],
    [['serve', 'build/fixtures/counter.js#Gone', '-l', 'tcp://127.0.0.1:0'], 'does not export Gone'],
    [
      ['serve', 'build/fixtures/throws-always.js#X', '-l', 'tcp://127.0.0.1:0'],
      'EvalError: the module cannot be evaluated',
    ],
    [
      ['serve', 'build/fixtures/failing.js#Failing', 'init', '-l', 'tcp://127.0.0.1:0'],
      'SyntaxError: init does not like it',
    ],
    [
      ['serve', 'build/fixtures/failing.js#Overdrawn', '-l', 'tcp://127.0.0.1:0'],
      'extends neither Actor nor BaseManager',
    ],
    [['serve', 'build/fixtures/counter.js#Counter', '-l', 'udp://127.0.0.1:0'], "there is no transport for 'udp://'"],
    [
      ['serve', 'build/fixtures/counter.js#Counter', '-l', 'tcp://127.0.0.1:0', '-s', 'xml'],
      "there is no serializer 'xml'",
    ],
    [
      ['call', 'tcp://127.0.0.1:1', 'increment'],
      'ActorUnreachableError: No actor could be reached at tcp://127.0.0.1:1',
    ],
  ])('an error is one clear line, and exit code 1: %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await uactor(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
  });

  test('--verbose shows where an error comes from', async () => {
    const { stderr } = await uactor([
      'serve',
      'build/fixtures/failing.js#Failing',
      'init',
      '-l',
      'tcp://127.0.0.1:0',
      '--verbose',
    ]);
    expect(stderr).toMatch(/SyntaxError: init does not like it\n {4}at Failing\.init/);
  });

  test('U52 keys come from files, of which those that others can read are warned about', async () => {
    await using serving = await serve(counter);
    const { program, address } = serving;
    const missing = await uactor(['call', address, 'increment'], { UACTOR_AUTHKEY_FILE: '' });
    expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('the authkey is missing') });
    const unreadable = await uactor(['call', address, 'increment', '--authkey-file', join(folder, 'gone')]);
    expect(unreadable).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('the authkey cannot be read: ENOENT'),
    });
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n', { mode: 0o600 });
    const aFolder = await uactor(['call', address, 'increment', '--authkey-file', folder]);
    expect(aFolder).toMatchObject({
      exitCode: 1,
      stderr: `error: UActorError: the authkey cannot be read: ${folder} is a folder: name the file with the key\n`,
    });
    const none = await uactor(['call', address, 'increment', '--authkey-file', empty]);
    expect(none).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('contains no authkey') });
    const other = join(folder, 'other');
    writeFileSync(other, 'another key of sixteen bytes', { mode: 0o600 });
    const refused = await uactor(['call', address, 'increment', '-k', other]);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('AuthkeyError') });
    const open = join(folder, 'open');
    writeFileSync(open, `${authkey}\r\n`);
    chmodSync(open, 0o644);
    const warned = await uactor(['call', address, 'increment', '-k', open]);
    expect(warned).toMatchObject({
      exitCode: 0,
      stdout: '1\n',
      stderr: expect.stringMatching(/^warning: .*chmod 600/),
    });
    for (const { stdout, stderr } of [missing, unreadable, none, refused, warned]) {
      expect(`${stdout}${stderr}`).not.toContain(authkey);
    }
    expect(readFileSync(`/proc/${program.pid}/cmdline`, 'utf8')).not.toContain(authkey);
  });
});

describe('uactor serve', () => {
  test('U1 serves a class at every address, and ends in good order by SIGTERM', async () => {
    const socket = `ipc://${join(folder, 'served.sock')}`;
    const args = ['serve', ...counter, '--listen', socket, '--serializer', 'msgpack', '-k', keyFile];
    const program = new Program('uactor', args, { file: `../../${MAIN}` });
    const [tcp = '', ipc] = (await program.said('Counter')).replace('listens on ', '').split(', ');
    expect(ipc).toBe(socket);
    const actor = await Counter.connect(tcp, { authkey, serializer: 'msgpack' });
    expect(await actor.increment(5)).toBe(5);
    expect(await actor.pid()).toBe(program.pid);
    release(actor);
    expect(await uactor(['call', socket, 'increment', '2'])).toMatchObject({ exitCode: 0, stdout: '7\n', stderr: '' });
    program.child.kill('SIGTERM');
    expect(await program.ended).toEqual({ exitCode: 0, signal: null });
    expect(program.stderr).toBe('');
  });

  test('U29 U50 who gets a proxy on the same machine takes the Unix socket, however the sender reached the actor', async () => {
    const socket = `ipc://${join(folder, 'nearer.sock')}`;
    await using serving = await serve([...counter, '--listen', socket, '--inspectable']);
    const actor = await Counter.connect(serving.address, { authkey });
    await using keeper = await Keeper.with({ authkey }).spawn();
    await keeper.keep(actor);
    const { sessions } = await inspectActor(actor);
    expect(sessions.map(({ peer }) => /\b\w+:\/\//.exec(peer)?.[0] ?? peer).toSorted()).toEqual(['ipc://', 'tcp://']);
    release(actor);
  });

  test('passes the constructor what stands behind the class, and runs the hook at the end', async () => {
    const log = join(folder, 'log');
    await using serving = await serve(['build/fixtures/hooked.js#Hooked', log, 'true', '-l', 'tcp://127.0.0.1:0']);
    const { program, address } = serving;
    expect(await uactor(['call', address, 'note', 'blue sky'])).toMatchObject({ exitCode: 0, stdout: 'undefined\n' });
    // A date, a version and an address do not look like numbers.
    for (const text of ['2026-11-28', '1.2.3', '127.0.0.1', '3rd']) {
      expect(await uactor(['call', address, 'note', text])).toMatchObject({ exitCode: 0 });
    }
    expect(await uactor(['call', address, 'exit', '--json'])).toMatchObject({ exitCode: 0, stdout: 'true\n' });
    program.child.kill('SIGINT');
    expect(await program.ended).toEqual({ exitCode: 0, signal: null });
    expect(readFileSync(log, 'utf8')).toBe('blue sky\n2026-11-28\n1.2.3\n127.0.0.1\n3rd\nexit\nshutdown\n');
  });

  test('serves a manager of the package', async () => {
    await using serving = await serve(['uactor#SyncManager', '-l', 'tcp://127.0.0.1:0', '--inspectable']);
    const { address } = serving;
    expect((await uactor(['inspect', address])).stdout).toContain('Queue');
  });

  test('tells systemd that it is ready, when that asks, and says so when it cannot', async () => {
    const programs = mkdtempSync(join(folder, 'bin-'));
    const told = join(folder, 'told');
    writeFileSync(join(programs, 'systemd-notify'), `#!/bin/sh\necho "$@" > ${told}\n`, { mode: 0o755 });
    await using serving = await serve(counter, { NOTIFY_SOCKET: '/run/notify', PATH: `${programs}:/usr/bin:/bin` });
    const { program } = serving;
    await eventually(() => expect(readFileSync(told, 'utf8')).toBe(`--ready --pid=${program.pid}\n`));
    await using deaf = await serve(counter, { NOTIFY_SOCKET: '/run/notify', PATH: '/nowhere' });
    await eventually(() => expect(deaf.program.stderr).toMatch(/^warning: systemd was not notified/));
  });
});

describe('uactor call', () => {
  test('prints a result as Node shows it, or as JSON', async () => {
    await using serving = await serve(counter);
    const { address } = serving;
    const call = async (...args: string[]): Promise<string> => (await uactor(['call', address, ...args])).stdout;
    expect(await call('add', '-5', '2.5')).toBe('-2.5\n');
    expect(await call('echo', 'blue')).toBe("'blue'\n");
    expect(await call('echo', '"5"')).toBe("'5'\n");
    expect(await call('echo', '{"a":[1,{"b":null}]}')).toBe('{ a: [ 1, { b: null } ] }\n');
    expect(await call('echo', '{"a":[1,{"b":null}]}', '--json')).toBe('{"a":[1,{"b":null}]}\n');
    expect(await call('echo', 'blue', '--json')).toBe('"blue"\n');
    expect(await call('echo', '--json')).toBe('null\n');
    expect(await call('echo', '--', '--json')).toBe("'--json'\n");
    expect(await call('rows', '2')).toBe('{ id: 0 }\n{ id: 1 }\n');
    expect(await call('rows', '2', '--json')).toBe('{"id":0}\n{"id":1}\n');
  });

  test('U42 what the method throws is one line and exit code 1, whatever is in it', async () => {
    await using serving = await serve(counter);
    const { address } = serving;
    const thrown = await uactor(['call', address, 'fail', 'no\n\u001B[31mway']);
    expect(thrown).toMatchObject({ exitCode: 1, stdout: '' });
    expect(thrown.stderr).toMatch(/^error: RangeError: no .*way\n$/);
    expect(thrown.stderr).not.toContain('\u001B');
    const unknown = await uactor(['call', address, 'hidden']);
    expect(unknown).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('does not expose hidden; it exposes '),
    });
    const late = await uactor(['call', address, 'wait', '--timeout', '50']);
    expect(late).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('TimeoutError') });
    const other = await uactor(['call', address, 'increment', '--serializer', 'msgpack']);
    expect(other).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('SerializerError') });
  });

  test('U9 reads a property', async () => {
    await using serving = await serve(['build/fixtures/exposing.js#Child', '-l', 'tcp://127.0.0.1:0']);
    const { address } = serving;
    const property = await uactor(['call', address, 'level']);
    expect(property).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await uactor(['call', address, 'level', '1'])).stderr).toContain('level is a property');
  });
});

describe('uactor inspect', () => {
  test('H35 is refused unless the actor allows it', async () => {
    await using serving = await serve(counter);
    const { address } = serving;
    const refused = await uactor(['inspect', address]);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('--inspectable') });
  });

  test('U36 shows what the actor exposes, holds and has under way', async () => {
    await using serving = await serve([...counter, '--inspectable']);
    const { program, address } = serving;
    const { stdout, exitCode } = await uactor(['inspect', address]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`actor\n  Counter, process ${program.pid}, up `);
    expect(stdout).toContain(`addresses\n  ${address}\n`);
    expect(stdout).toContain('  increment\n');
    expect(stdout).toMatch(/objects\n {2}\d+ actor: 1 references, 2 here; held by [0-9a-f]{32} 1×\n/);
    expect(stdout).not.toContain('\u001B');
    const report: unknown = JSON.parse((await uactor(['inspect', address, '--json'])).stdout);
    expect(report).toMatchObject({ name: 'Counter', pid: program.pid, sessions: [{ exports: 1, bytesQueued: 0 }] });
  });
});
