import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, linkSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import type { Connection, Listener, Transport } from '../../core/seam/transport.ts';
import { formatAddress } from '../../transports/ipc/address.ts';
import { createIpc } from '../../transports/ipc/index.ts';
import { Side, within } from '../conformance/transport-pair.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const MODULE = new URL('../../transports/ipc/index.ts', import.meta.url).href;
const NOBODY = 65_534;

/** The requests that the child of a scene answers. */
export interface SceneChild {
  readonly send: (line: string) => void;
  readonly line: () => Promise<string>;
}

/** The surroundings of a test of `ipc`: its own folder and transport, and the processes that it started. */
export class IpcScene {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'ipc-test-'));
  readonly ipc: Transport = createIpc();
  readonly #children = new Set<ChildProcess>();

  /** Ends the processes and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Returns the address of the socket `name` in the folder. */
  at(name: string): string {
    return formatAddress(join(this.folder, name));
  }

  listen(
    address: string,
    accept: (connection: Connection) => void = (connection) => void new Side(connection),
  ): Promise<Listener> {
    return this.ipc.listen(address, accept, { authkey: () => new Uint8Array(32), transport: {} });
  }

  connect(address: string, signal: AbortSignal = AbortSignal.timeout(10_000)): Promise<Connection> {
    return this.ipc.connect(address, { authkey: () => new Uint8Array(32), transport: {}, signal });
  }

  /** Starts another process that runs JavaScript with `ipc` and `options` available, and replies with lines. */
  child(source: string, openFiles?: number): SceneChild {
    const prelude = `
      import { createInterface } from 'node:readline';
      import { ipc } from ${JSON.stringify(MODULE)};
      const options = { authkey: () => new Uint8Array(32), transport: {}, signal: AbortSignal.timeout(10_000) };
      const silent = { data() {}, drained() {}, closed() {} };
      const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
      const say = (text) => process.stdout.write(text + '\\n');
    `;
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', prelude + source];
    const limit = openFiles === undefined ? '' : `ulimit -n ${openFiles}; `;
    const spawned = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...node], {
      cwd: PROJECT,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#children.add(spawned);
    const lines = createInterface({ input: spawned.stdout })[Symbol.asyncIterator]();
    return {
      send: (line) => void spawned.stdin.write(`${line}\n`),
      line: async () => String((await within('a line from the child', lines.next())).value),
    };
  }
}

/** Destroys the connections and waits until they are closed. */
export async function close(...sides: readonly Side[]): Promise<void> {
  for (const side of sides) side.connection.destroy();
  await within('closed', Promise.all(sides.map((side) => side.hasClosed())));
}

/** Creates a socket file without a listener. */
export async function deadSocket(path: string): Promise<void> {
  const server = createServer();
  server.listen(`${path}-`);
  await once(server, 'listening');
  linkSync(`${path}-`, path);
  server.close();
  await once(server, 'close');
}

/** Makes `path` belong to another user: really, if this user may do so, otherwise by a mocked user id of this process. */
export function disown(path: string): void {
  const own = process.geteuid?.() ?? 0;
  if (own === 0) chownSync(path, NOBODY, NOBODY);
  else vi.spyOn(process, 'geteuid').mockReturnValue(own + 1);
}
