import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, vi } from 'vitest';

const POLL = { timeout: 60_000, interval: 10 };

/** Options for running a program. */
export interface ProgramOptions {
  /** Arguments for Node itself. */
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The command in front of Node, such as `['ip', 'netns', 'exec', 'name']`; it must replace itself by Node. */
  readonly prefix?: readonly string[];
  /** Whether to start a separate process group, which can be signalled like that of a terminal. */
  readonly detached?: boolean;
  /** The file to run instead of the built one. */
  readonly file?: string;
  /** Started for several tests, by {@link shared}, which disposes of it. */
  readonly shared?: boolean;
}

/** The end of a program. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program of `test/fixtures/programs` in its own process, killed if necessary when it is disposed of. */
export class Program implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<ProgramEnd>;
  stdout = '';
  stderr = '';

  constructor(name: string, args: readonly string[] = [], options: ProgramOptions = {}) {
    const { file = `../../build/fixtures/programs/${name}.js` } = options;
    const path = fileURLToPath(new URL(file, import.meta.url));
    const [command, ...rest] = [
      ...(options.prefix ?? []),
      process.execPath,
      ...(options.execArgv ?? []),
      path,
      ...args,
    ];
    this.child = spawn(command ?? process.execPath, rest, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      detached: options.detached ?? false,
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    // Not `close`: actors that outlive the program would keep its output open.
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    });
    if (options.shared !== true) onTestFinished(async () => await this[Symbol.asyncDispose]());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the program was not started');
    return this.child.pid;
  }

  /** Waits for a line `NAME VALUE` in the output, and returns the value. */
  async said(name: string): Promise<string> {
    return await vi.waitFor(() => {
      const line = this.stdout.split('\n').find((each) => each.startsWith(`${name} `));
      const hint = `the program has not said '${name}'; it said:\n${this.stdout}\n${this.stderr}`;
      expect(line, hint).toBeDefined();
      expect(this.stdout, hint).toContain(`${line}\n`);
      return line?.slice(name.length + 1) ?? '';
    }, POLL);
  }

  /** Waits for a line `NAME NUMBER` in the output. */
  async saidNumber(name: string): Promise<number> {
    return Number(await this.said(name));
  }

  /** Closes the program's input, which makes the program continue. */
  goOn(): void {
    this.child.stdin?.end();
  }
}
