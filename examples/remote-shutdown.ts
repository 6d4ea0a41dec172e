/**
 * A server that its clients can end: `node remote-shutdown.js` is the server, and prints its address and its
 * key file; `node remote-shutdown.js ADDRESS KEYFILE` is a client that ends the server.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Actor, isMain } from 'uactor';

/** Works until a client asks it to stop. */
export class Service extends Actor {
  static override readonly module = import.meta.url;
  readonly #asked: () => void;

  /** @param asked - Called when a client asks the service to stop. */
  constructor(asked: () => void) {
    super();
    this.#asked = asked;
  }

  greet(name: string): string {
    return `hello ${name}`;
  }

  /** The caller gets a reply: a closing server lets calls in progress finish. */
  stop(): string {
    this.#asked();
    return 'stopping';
  }
}

async function serve(): Promise<void> {
  const keyFile = join(mkdtempSync(join(tmpdir(), 'service-')), 'key');
  const authkey = randomBytes(32).toString('hex');
  writeFileSync(keyFile, authkey, { mode: 0o600 });
  const server = await Service.serve({ address: 'tcp://127.0.0.1:0', authkey }, () => void server.close());
  console.log(`listening ${server.address} ${keyFile}`);
  await server.closed;
  rmSync(dirname(keyFile), { recursive: true });
  console.log('stopped');
}

async function stop(address: string, keyFile: string): Promise<void> {
  await using service = await Service.connect(address, { authkey: readFileSync(keyFile, 'utf8') });
  console.log(await service.greet('you'));
  console.log(await service.stop());
}

if (isMain(import.meta)) {
  const [, , address, keyFile = ''] = process.argv;
  await (address === undefined ? serve() : stop(address, keyFile));
}
