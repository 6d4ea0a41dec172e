import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The compiler's program. */
export const TSC: string = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);

/** How long the server may take for one reply, in milliseconds; it reads a whole program for the first one. */
const ANSWER_MS = 120_000;

/** A position in a file: the file's name, and the line's text without indentation. */
export type Place = `${string}: ${string}`;

/** The requests of an editor about a word. */
type Question = 'definition' | 'hover' | 'references' | 'rename';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** TypeScript's language server, used like by an editor (Language Server Protocol 3.17). */
export class LanguageServer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #arrived = Buffer.alloc(0);
  #asked = 0;

  private constructor(folder: string) {
    this.#child = spawn(process.execPath, [TSC, '--lsp', '--stdio'], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.stdout?.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#child.once('close', () => this.#fail(new Error('the language server ended')));
  }

  /** Starts the server for the project in `folder`, with `files` open in the editor. */
  static async start(folder: string, files: readonly string[]): Promise<LanguageServer> {
    const server = new LanguageServer(folder);
    await server.#ask('initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } } },
    });
    server.#send({ method: 'initialized', params: {} });
    for (const file of files) {
      const uri = pathToFileURL(file).href;
      const textDocument = { uri, languageId: 'typescript', version: 1, text: readFileSync(file, 'utf8') };
      server.#send({ method: 'textDocument/didOpen', params: { textDocument } });
    }
    return server;
  }

  /** Returns the positions that answer a request about the `word` in `file`, in alphabetical order. */
  async places(question: Exclude<Question, 'hover'>, file: string, word: string): Promise<Place[]> {
    const found: Place[] = [];
    collectPlaces(await this.#about(question, file, word), found);
    return found.toSorted();
  }

  /** Returns the text that the editor shows over the `word` in `file`. */
  async hover(file: string, word: string): Promise<string> {
    return JSON.stringify(await this.#about('hover', file, word));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }

  #about(question: Question, file: string, word: string): Promise<unknown> {
    const lines = readFileSync(file, 'utf8').split('\n');
    const line = lines.findIndex((text) => text.includes(word));
    const character = (lines[line] ?? '').indexOf(word) + 1 + word.lastIndexOf('.');
    return this.#ask(`textDocument/${question}`, {
      textDocument: { uri: pathToFileURL(file).href },
      position: { line, character },
      context: { includeDeclaration: true },
      newName: 'renamed',
    });
  }

  async #ask(method: string, params: object): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    const timer = setTimeout(() => this.#fail(new Error(`the language server did not answer ${method}`)), ANSWER_MS);
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        this.#send({ id, method, params });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #send(message: object): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #take(bytes: Buffer): void {
    this.#arrived = Buffer.concat([this.#arrived, bytes]);
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n(?:.+\r\n)*\r\n/.exec(this.#arrived.toString('latin1', 0, 200));
      if (header === null) return;
      const end = header[0].length + Number(header[1]);
      if (this.#arrived.length < end) return;
      const message: unknown = JSON.parse(this.#arrived.subarray(header[0].length, end).toString('utf8'));
      this.#arrived = this.#arrived.subarray(end);
      this.#settle(message);
    }
  }

  #settle(message: unknown): void {
    if (typeof message !== 'object' || message === null || !('id' in message)) return;
    // A message with a method is a request to the editor; an editor without settings replies with nothing.
    if ('method' in message) {
      this.#send({ id: message.id, result: null });
      return;
    }
    const waiting = typeof message.id === 'number' ? this.#waiting.get(message.id) : undefined;
    if ('error' in message) waiting?.reject(new Error(JSON.stringify(message.error)));
    else waiting?.resolve('result' in message ? message.result : undefined);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}

/** Collects the positions in a reply: `Location`s, `LocationLink`s, or the edits of a `WorkspaceEdit`. */
function collectPlaces(answer: unknown, found: Place[], uri?: string): void {
  if (typeof answer !== 'object' || answer === null) return;
  const named = 'uri' in answer ? answer.uri : 'targetUri' in answer ? answer.targetUri : uri;
  const range =
    'range' in answer ? answer.range : 'targetSelectionRange' in answer ? answer.targetSelectionRange : null;
  if (typeof named === 'string' && typeof range === 'object' && range !== null) {
    const start = 'start' in range ? range.start : null;
    const line = typeof start === 'object' && start !== null && 'line' in start ? Number(start.line) : -1;
    const path = new URL(named);
    found.push(`${path.pathname.split('/').at(-1)}: ${readFileSync(path, 'utf8').split('\n')[line]?.trim()}`);
    return;
  }
  for (const [key, value] of Object.entries(answer)) {
    collectPlaces(value, found, key.startsWith('file:') ? key : typeof named === 'string' ? named : undefined);
  }
}
