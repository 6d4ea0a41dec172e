import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Confined } from '#fixtures/confined.js';
import { ActorSpawnError, terminate } from 'uactor';
import { afterAll, describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { runProgram } from '../support/run-program.ts';

const major = Number.parseInt(process.versions.node, 10);
const owner = fileURLToPath(new URL('../../build/fixtures/programs/confined-owner.js', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'confined-')));
afterAll(() => rmSync(folder, { recursive: true }));

describe("Node's permission model", () => {
  const restricted = major < 24 ? '--experimental-permission' : '--permission';
  const network = major < 25 ? [] : ['--allow-net'];
  const sockets = join(tmpdir(), 'uactor-*');
  const read = `--allow-fs-read=${resolve('.')}`;
  const places = [`--allow-fs-read=${sockets}`, `--allow-fs-write=${sockets}`, ...network];

  test('U5 an actor runs with the paths that it needs, and with no other', async () => {
    const execArgv = [restricted, '--no-warnings', read, ...places];
    await using confined = await Confined.with({ execArgv }).spawn();
    expect(await failure(confined.write(join(folder, 'file')))).toMatchObject({ code: 'ERR_ACCESS_DENIED' });
  });

  test('U5 an actor of another serializer runs with them, too', async () => {
    const execArgv = [restricted, '--no-warnings', read, ...places];
    await using confined = await Confined.with({ execArgv, serializer: 'protobuf' }).spawn();
    expect(await confined.variable('NO_SUCH_VARIABLE')).toBeUndefined();
  });

  test('U5 what is missing is named before a process starts', async () => {
    const error = await failure(Confined.with({ execArgv: [restricted] }).spawn());
    expect(error).toBeInstanceOf(ActorSpawnError);
    expect(error).toMatchObject({ executed: 'no', code: 'SPAWN_FAILED' });
    const { message } = error instanceof Error ? error : new Error('none');
    expect(message).toMatch(
      /^the process of Confined runs under Node's permission model and needs more permissions: add /,
    );
    for (const flag of [
      `--allow-fs-read=${resolve('.')}`,
      `--allow-fs-read=${fileURLToPath(Confined.module)}`,
      `--allow-fs-read=${sockets}`,
      `--allow-fs-write=${sockets}`,
    ]) {
      expect(message).toContain(flag);
    }
    expect(message.includes('--allow-net')).toBe(major >= 25);
  });

  test('U5 flags in NODE_OPTIONS count, wildcards and folders above do, and other folders do not', async () => {
    const missing = async (...flags: readonly string[]): Promise<string> => {
      const error = await failure(Confined.with({ execArgv: [restricted, ...places, ...flags] }).spawn());
      return error instanceof Error ? error.message : 'none';
    };
    expect(await missing(`--allow-fs-read=${dirname(resolve('.'))}x`)).toContain(
      `add --allow-fs-read=${resolve('.')} `,
    );
    expect(await missing(`--allow-fs-read=${resolve('dist')}`)).toContain(`add --allow-fs-read=${resolve('.')} `);
    // Node reads this as one path that contains a comma.
    expect(await missing(`--allow-fs-read=${resolve('.')},${folder}`)).toContain(
      `add --allow-fs-read=${resolve('.')} `,
    );
    const env = { NODE_OPTIONS: `--no-warnings --allow-fs-read=${resolve('.')}*` };
    await using confined = await Confined.with({ execArgv: [restricted, ...places], env }).spawn();
    expect(await confined.variable('NODE_OPTIONS')).toBe(env.NODE_OPTIONS);
  });
});

describe("an owner under Node's permission model", () => {
  const restricted = [major < 24 ? '--experimental-permission' : '--permission', '--no-warnings', '--allow-fs-read=*'];
  const children = '--allow-child-process';
  const sockets = `--allow-fs-write=${join(tmpdir(), 'uactor-*')}`;

  test('U5 that may not start processes is told of the flag, and nothing else happens', async () => {
    const { stdout, stderr } = await runProgram([...restricted, owner]);
    expect(stdout).toBe(
      "ActorSpawnError: this process may not start the process of Confined: Node's permission model requires the flag --allow-child-process\n",
    );
    expect(stderr).toBe('');
  });

  test('U5 that may not make the folder for sockets is told of the flags', async () => {
    const { stdout } = await runProgram([...restricted, children, owner]);
    expect(stdout).toContain(`add ${sockets}`);
  });

  test('U5 with both it spawns actors', async () => {
    const net = major < 25 ? [] : ['--allow-net'];
    const { stdout, stderr } = await runProgram([...restricted, children, sockets, ...net, owner]);
    expect({ stdout, stderr }).toEqual({ stdout: 'spawned undefined\n', stderr: '' });
  });
});

test('U1 an execArgv with which Node only prints something is named', async () => {
  const error = await failure(Confined.with({ execArgv: ['--version'], stdio: 'ignore' }).spawn());
  expect(error).toMatchObject({
    code: 'SPAWN_FAILED',
    message: expect.stringMatching(
      /exit code 0: Node ends at once because of options\.execArgv \(--version\), perhaps$/,
    ),
  });
});

describe('a launcher', () => {
  test('U1 that does not start Node is named', async () => {
    const error = await failure(Confined.with({ launcher: ['true'] }).spawn());
    expect(error).toMatchObject({
      code: 'SPAWN_FAILED',
      message: expect.stringMatching(
        /exit code 0: options\.launcher \(true\) must start the command that follows it, and pass on descriptor 3$/,
      ),
    });
  });

  test('U5 starts Node, and the actor is as any other', async () => {
    await using confined = await Confined.with({ launcher: ['env', 'LAUNCHED=yes', 'nice', '-n', '7'] }).spawn();
    expect(await confined.variable('LAUNCHED')).toBe('yes');
    expect(await confined.priority()).toBeGreaterThanOrEqual(7);
  });

  test('U5 in a sandbox an actor writes where it may; without bwrap its folders are protected by the permission model', async () => {
    const sandbox = ['bwrap', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--bind', tmpdir(), tmpdir()];
    const launcher = [...sandbox, '--ro-bind', folder, folder, '--unshare-net', '--die-with-parent', '--'];
    const [command = '', ...args] = launcher;
    const works = spawnSync(command, [...args, process.execPath, '--version']).status === 0;
    const major24 = major < 24 ? '--experimental-permission' : '--permission';
    const execArgv = [major24, '--no-warnings', '--allow-fs-read=*', `--allow-fs-write=${join(tmpdir(), 'uactor-*')}`];
    const options = works ? { launcher } : { execArgv: [...execArgv, ...(major < 25 ? [] : ['--allow-net'])] };
    await using confined = await Confined.with(options).spawn();
    const error = await failure(confined.write(join(folder, 'file')));
    expect(error).toMatchObject({ code: works ? 'EROFS' : 'ERR_ACCESS_DENIED' });
  });

  test('U5 that does not exist, or is no list, is an error that says so', async () => {
    const error = await failure(Confined.with({ launcher: ['no-such-launcher'] }).spawn());
    expect(error).toBeInstanceOf(ActorSpawnError);
    expect(error).toMatchObject({ message: expect.stringContaining('spawn no-such-launcher ENOENT') });
    expect(() => Confined.with({ launcher: [] })).toThrow(
      'Confined.options.launcher must be a list of strings, a command and its arguments',
    );
  });

  test('U5 that hangs with the pipe in a process of its own does not keep its owner alive', async () => {
    const launcher = ['sh', '-c', 'cat <&3 >&2; true', '--'];
    const { signal, stdout } = await runProgram([
      owner,
      JSON.stringify({ launcher, spawnTimeout: 500, stdio: 'ignore' }),
    ]);
    expect(stdout).toContain('ActorSpawnError: Confined was not ready within 500 ms');
    expect(signal).toBeNull();
  });

  test('U5 that leaves Node behind when it is killed ends the actor all the same', async () => {
    const confined = await Confined.with({ launcher: ['sh', '-c', '"$@"; exit', '--'] }).spawn();
    expect(await confined.variable('NO_SUCH_VARIABLE')).toBeUndefined();
    await terminate(confined);
    expect(await failure(confined.variable('NO_SUCH_VARIABLE'))).toMatchObject({
      code: 'ACTOR_DIED',
      signal: 'SIGKILL',
    });
  });
});
