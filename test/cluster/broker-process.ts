import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The servers that `npm run test:cluster` has downloaded, by release. */
export const servers: ReadonlyMap<string, string> = new Map(
  Object.entries(JSON.parse(process.env['UACTOR_NATS_SERVERS'] ?? '{}')).map(([release, path]) => [
    release,
    String(path),
  ]),
);
if (servers.size === 0) throw new Error('There is no nats-server: run these tests by `npm run test:cluster`.');

/** The release for the tests of names and hosts, which need a newer one than the transport, and its server. */
export const release: string = process.env['UACTOR_NATS_RELEASE'] ?? '';
export const newest: string = servers.get(release) ?? '';

/** How long a broker may take to listen, and the interval of checks, in milliseconds. */
const START_MS = 20_000;
const POLL_MS = 10;

/** A broker on this machine, with a port that it keeps. */
export class BrokerProcess implements AsyncDisposable {
  readonly #server: string;
  readonly #words: readonly string[];
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'nats-'));
  #child: ChildProcess | undefined;
  #port: number | undefined;

  private constructor(server: string, words: readonly string[]) {
    this.#server = server;
    this.#words = words;
  }

  static async start(server: string, ...words: readonly string[]): Promise<BrokerProcess> {
    const broker = new BrokerProcess(server, words);
    await broker.start();
    return broker;
  }

  /** The address for `servers` in the transport's options. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const words = ['-a', '127.0.0.1', '-p', String(this.#port ?? -1), '--ports_file_dir', this.#folder, ...this.#words];
    const child = spawn(this.#server, words, { stdio: 'ignore' });
    this.#child = child;
    // This also runs outside of vitest, without its helpers for waiting.
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline && child.exitCode === null) {
      this.#port = this.#readPort();
      if (this.#port !== undefined) return;
      await delay(POLL_MS);
    }
    throw new Error(`nats-server does not listen (exit code ${child.exitCode})`);
  }

  /** Kills the broker, as if its machine had lost power. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    for (const file of this.#portFiles()) rmSync(join(this.#folder, file), { force: true });
  }

  #portFiles(): readonly string[] {
    return readdirSync(this.#folder).filter((name) => name.endsWith('.ports'));
  }

  #readPort(): number | undefined {
    const [file] = this.#portFiles();
    const text = file === undefined ? '' : readFileSync(join(this.#folder, file), 'utf8');
    // The file may not be completely written yet.
    const [, port] = /"(?:nats|tls):\/\/[\d.]+:(\d+)"/.exec(text) ?? [];
    return port === undefined ? undefined : Number(port);
  }
}
