/** Starts actors' processes with Node, and finds out why one did not start. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { type ActorOptions, type StdioChoice, streamsOf } from '../../declaration/actor-options.ts';
import { process } from '../../seam/environment.ts';
import { ActorSpawnError, UActorError } from '../../seam/errors.ts';
import { StreamConnection } from '../../seam/stream-connection.ts';
import { limitReached, systemErrorCode } from '../../seam/system-errors.ts';
import { Guardian } from './guardian.ts';
import {
  demandOwnPermission,
  demandPermissions,
  environment,
  nodeArguments,
  nodeCall,
  type ProgramStart,
  withCompileCache,
} from './node-command.ts';
import { ProcessOutput } from './process-output.ts';
import { Spares } from './spares.ts';
import type { ProcessExit, ProcessStarter, StartedProcess, StartPlan } from './started-process.ts';

/** The program of actors' processes. */
export interface Program {
  readonly start: ProgramStart;
  /** The module that exports the library's own actor classes. */
  readonly frontDoor: string;
}

/** The resources that all started processes share. */
interface Resources extends Program {
  /**
   * The folder for code that V8 compiled from actors' modules; a user who can write there could also change the library. A bundle
   * has none.
   */
  readonly compileCache: string | undefined;
  readonly guardian: Guardian;
}

const state: { program: Program | undefined; guardian: Guardian | undefined; starter: ProcessStarter | undefined } = {
  program: undefined,
  guardian: undefined,
  starter: undefined,
};

/** Sets the program of actors' processes; the package's entry calls it. @internal */
export function useProgram(program: Program): void {
  state.program = program;
}

/** Replaces Node as the way to start processes; the testing build calls it. @internal */
export function useStarter(starter: ProcessStarter): void {
  state.starter = starter;
}

/** Returns the starter of actors' processes. */
export function processStarter(): ProcessStarter {
  state.starter ??= new NodeStarter(processResources());
  return state.starter;
}

/** @throws {@link UActorError} when the core is used without the package's entry. */
export function processResources(): Resources {
  if (state.program === undefined) {
    throw new UActorError("the core alone cannot spawn actors: import the package's main entry");
  }
  state.guardian ??= new Guardian();
  const { start } = state.program;
  return {
    ...state.program,
    compileCache: start.kind === 'bootstrap' ? join(dirname(start.path), '.cache') : undefined,
    guardian: state.guardian,
  };
}

/** Starts Node with an actor's program, and makes the guardian watch it. */
class NodeStarter implements ProcessStarter {
  readonly #resources: Resources;
  readonly #spares = new Spares();

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  prepare(name: string): void {
    demandNode(name);
    demandOwnPermission(name);
    this.#resources.guardian.watch();
  }

  cleanUp(folder: string): void {
    const { guardian } = this.#resources;
    guardian.watch();
    guardian.cleanUp(folder);
  }

  start({ name, options, serializer, module, folder }: StartPlan): StartedProcess {
    const { prefork = 0 } = options;
    const command = commandFor(options, prefork === 0 ? undefined : serializer, this.#resources);
    demandPermissions({ ...command, args: nodeFlags(command), name, module, folder, program: this.#bootstrap });
    const started = prefork === 0 ? this.#launch(command, name, options) : this.#spare(command, name, options, prefork);
    if (options.log !== undefined) started.log?.(options.log, name);
    return started;
  }

  /** Returns a spare process, or a new one if none is waiting, and keeps `count` spares ready for later calls. */
  #spare(command: Command, name: string, options: ActorOptions, count: number): StartedProcess {
    const recipe = JSON.stringify(command);
    const started = this.#spares.take(recipe) ?? this.#launch(command, name, options);
    this.#spares.keep(recipe, count, () => this.#launch(command, name, options));
    return started;
  }

  #launch(command: Command, name: string, options: ActorOptions): StartedProcess {
    const { guardian } = this.#resources;
    const child = startNode(command, name, options);
    const { pid } = child;
    if (pid !== undefined) guardian.guard(pid);
    const output = command.stdio.includes('pipe') ? new ProcessOutput(child) : undefined;
    const exit = endOf(child, output).finally(() => {
      if (pid !== undefined) guardian.release(pid);
    });
    const info = { peer: 'pipe', local: true, encrypted: true, authenticated: true };
    return {
      pid,
      exit,
      pipe: new StreamConnection(pipeOf(child), info),
      kill: (signal) => void child.kill(signal),
      ...(output && pid !== undefined && { log: (log, actor) => output.tell(log, actor, pid) }),
      hold: (wanted) => (wanted ? child.ref() : child.unref()),
    };
  }

  get #bootstrap(): string | undefined {
    const { start } = this.#resources;
    return start.kind === 'bootstrap' ? start.path : undefined;
  }

  diagnose(options: ActorOptions): Promise<string> {
    return diagnoseStart(options, this.#resources.start);
  }
}

/** The command of a process, equal for two processes that differ only in their boot message. */
interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly stdio: readonly (StdioChoice | 'pipe')[];
  readonly cwd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** @param loads - The serializer that a spare loads while it waits; `undefined` for a process that is not a spare. */
function commandFor(options: ActorOptions, loads: string | undefined, { start, compileCache }: Resources): Command {
  const { cwd } = options;
  const { args, env } = nodeCall(start, options);
  // Lets `uactor ps` recognise an actor's process.
  env['UACTOR_OWNER'] = String(process.pid);
  // A bundle already contains its serializers.
  const ahead = loads === undefined || start.kind !== 'bootstrap' ? [] : [loads];
  const [file, ...before] = [...(options.launcher ?? []), process.execPath];
  return {
    file,
    args: [...before, ...args, ...ahead],
    stdio: streamsOf(options),
    // This process may change its folder before the spare is used.
    cwd: loads === undefined ? cwd : resolve(cwd ?? '.'),
    env: compileCache === undefined ? env : withCompileCache(env, compileCache),
  };
}

/** Starts Node. Node throws for some options, such as a descriptor that is not open, before it tries to start a process. */
function startNode({ file, args, stdio, cwd, env }: Command, name: string, options: ActorOptions): ChildProcess {
  try {
    return spawn(file, args, {
      stdio: [...stdio, 'pipe'],
      cwd,
      env,
      windowsHide: true,
      // Ctrl-C reaches the foreground process group, and Node has no handler in its first milliseconds. An actor that reads the
      // terminal must stay in that group.
      detached: process.platform !== 'win32' && stdio[0] === 'ignore',
    });
  } catch (error) {
    throw error instanceof Error ? neverStarted(name, options, error) : error;
  }
}

function pipeOf(child: ChildProcess): Socket {
  // If no descriptors are left for the pipes, Node fails before it sets `stdio`, despite its type.
  const streams: unknown = child.stdio;
  const pipe: unknown = Array.isArray(streams) ? streams[3] : undefined;
  if (pipe instanceof Socket) return pipe;
  throw new ActorSpawnError('the process got no pipe: too many files are open (raise ulimit -n), or no memory is left');
}

/** Resolves to the process's end, after its last lines have been passed on. */
async function endOf(child: ChildProcess, output: ProcessOutput | undefined): Promise<ProcessExit> {
  const exit = await exitOf(child);
  await output?.ended();
  return exit;
}

/** Resolves when a process has ended, or could not be started. */
function exitOf(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((ended) => {
    child.once('exit', (exitCode, signal) => ended({ exitCode, signal }));
    // A running process also emits this, when it cannot be signalled.
    child.on('error', (error) => {
      if (child.pid === undefined) ended({ exitCode: null, signal: null, error });
    });
  });
}

/** Returns all of Node's flags in a command. */
function nodeFlags({ args, env }: Command): readonly string[] {
  return [...args, ...(env['NODE_OPTIONS'] ?? '').split(/\s+/)];
}

/**
 * Refuses to start a process with Bun, which never reads from the inherited pipe to the owner, so that both would wait for each
 * other.
 *
 * @throws {@link ActorSpawnError} before a process starts.
 */
export function demandNode(name: string, { bun }: NodeJS.ProcessVersions = process.versions): void {
  if (bun === undefined) return;
  throw new ActorSpawnError(
    `the process of ${name} cannot be started by Bun ${bun}, which does not read from an inherited pipe: run the program with Node, or ` +
      'connect to an actor that Node serves',
    { executed: 'no' },
  );
}

/** Returns the error of a process that the operating system did not start. */
export function neverStarted(name: string, options: ActorOptions, cause: Error): ActorSpawnError {
  const fault = optionAtFault(options, cause) ?? cause.message;
  const limit = limitReached(cause);
  const why = limit === undefined ? fault : `${limit} (${fault})`;
  return new ActorSpawnError(`the process of ${name} could not be started: ${why}`, { cause });
}

/** Names the option because of which the system did not start a process. */
function optionAtFault({ cwd, launcher, stdio }: ActorOptions, cause: Error): string | undefined {
  const code = systemErrorCode(cause);
  // The system reports a missing program when the working folder does not exist.
  if (cwd !== undefined && !existsSync(cwd)) return `options.cwd, ${cwd}, does not exist`;
  if (cwd !== undefined && code === 'ENOTDIR') return `options.cwd, ${cwd}, is not a folder`;
  if (launcher !== undefined && code === 'ENOENT') return `there is no such launcher: ${cause.message}`;
  return stdio !== undefined && code === 'EBADF' ? `a descriptor in stdio is not open: ${cause.message}` : undefined;
}

/** How long the search for the cause of a failed start may take, in milliseconds. */
const DIAGNOSIS_MS = 5_000;

/** The maximum length of the kept error output, in characters. */
const TAIL_LENGTH = 4096;

/**
 * Finds out why Node failed before the library's code ran, such as an unknown flag or a preload that throws. The actor's own
 * error output goes directly to the user's, so Node is started again with an empty program.
 */
function diagnoseStart(options: ActorOptions, { kind }: ProgramStart): Promise<string> {
  // A single executable would run its program.
  if (kind === 'executable') return Promise.resolve('');
  return new Promise((found) => {
    const args = [...nodeArguments(options), '--eval', '0'];
    const settings = { cwd: options.cwd, env: environment(options), timeout: DIAGNOSIS_MS };
    execFile(process.execPath, args, settings, (error, _output, errorOutput) => {
      found(error === null ? '' : errorOutput.slice(-TAIL_LENGTH));
    });
  });
}
