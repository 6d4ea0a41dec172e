/**
 * The depot's process: `node depot.mjs PLAN`, the key on standard input. It serves until its input ends; each line there requests
 * its statistics, or the items left in its queue.
 */
import { createInterface } from 'node:readline';
import { stats } from 'uactor';
import { Depot } from './depot-class.mjs';

const { address, serializer, transport, incarnation } = JSON.parse(process.argv[2]);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

setInterval(() => globalThis.gc?.(), 1_000).unref();
const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
const { value: authkey } = await lines.next();
const server = await Depot.with({ serializer, transport }).serve({ address, authkey }, incarnation);
say(server.address);
for await (const line of lines) {
  globalThis.gc?.();
  say(line === 'rest' ? await server.proxy.rest() : stats());
}
await server.close();
