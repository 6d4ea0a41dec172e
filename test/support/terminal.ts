import { type ChildProcess, spawn } from 'node:child_process';

/** The end of a program in a terminal, and everything that the terminal showed, with line ends as one character. */
export interface TerminalRun {
  readonly exitCode: number | null;
  readonly shown: string;
}

/** How long a program may take before it is killed, in milliseconds. */
const DEADLINE_MS = 20_000;

/** Without these variables, which CI sets and users do not, Node shows colours in a terminal. */
const OF_A_PERSON: NodeJS.ProcessEnv = {
  TERM: 'xterm-256color',
  CI: undefined,
  NO_COLOR: undefined,
  FORCE_COLOR: undefined,
  NODE_DISABLE_COLORS: undefined,
};

/** Runs Node with `args` in a separate terminal with a keyboard, created by `script` of util-linux. */
export class Terminal implements AsyncDisposable {
  readonly ended: Promise<TerminalRun>;
  readonly #script: ChildProcess;
  #shown = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    // `-e` returns the exit code; `exec` makes typed text reach the program rather than a shell.
    const command = `exec ${[process.execPath, ...args].map(quoted).join(' ')}`;
    this.#script = spawn('script', ['-qefc', command, '/dev/null'], {
      env: { ...process.env, ...OF_A_PERSON, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    });
    this.#script.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#shown += text.replaceAll('\r\n', '\n');
    });
    this.ended = new Promise((resolve, reject) => {
      this.#script.once('error', reject);
      this.#script.once('close', (exitCode) => resolve({ exitCode, shown: this.#shown }));
    });
  }

  get shown(): string {
    return this.#shown;
  }

  type(keys: string): void {
    this.#script.stdin?.write(keys);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#script.kill('SIGTERM');
    await this.ended;
  }
}

function quoted(argument: string): string {
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
