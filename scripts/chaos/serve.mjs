/** `node serve.mjs RECORD ADDRESS SERIALIZER ENCRYPTION`, the key on standard input: serves a Witness until it is ended. */
import { text } from 'node:stream/consumers';
import { Witness } from './actor.mjs';

const [record, address, serializer, encryption] = process.argv.slice(2);
const authkey = (await text(process.stdin)).trim();
const transport = encryption === 'plain' ? { tcp: { encryption: false } } : {};
// Received callbacks and proxies are released when they are collected, which does not happen in an idle process.
setInterval(() => globalThis.gc?.(), 1_000).unref();
const server = await Witness.with({ serializer, transport, keepAlive: 2_000 }).serve({ address, authkey }, record);
process.stdout.write(`${server.address}\n`);
await server.closed;
