/** An actor on the network: `node network-actor.js tcp://0.0.0.0:7000 KEYFILE`. Ctrl-C ends it. */
import { readFileSync } from 'node:fs';
import { Actor, isMain } from 'uactor';

/** The readings of a thermometer. */
export class Readings extends Actor {
  static override readonly module = import.meta.url;
  readonly #celsius: number[] = [];

  add(celsius: number): number {
    return this.#celsius.push(celsius);
  }

  highest(): number {
    return Math.max(...this.#celsius);
  }
}

if (isMain(import.meta)) {
  const [, , address = 'tcp://127.0.0.1:0', keyFile = 'key'] = process.argv;
  const authkey = readFileSync(keyFile, 'utf8').trim();
  await using server = await Readings.serve({ address, authkey, handleSignals: true, redactErrors: true });
  console.log(`listening ${server.address}`);
  await server.closed;
  console.log('closed in good order');
}
