import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MIB } from './figures.mjs';
import { Loaded } from '#fixtures/loaded.js';

const authkey = 'a key of more than sixteen bytes';
const CLIENT = fileURLToPath(new URL('client.mjs', import.meta.url));

/** How an actor is to be reached: the options that it is spawned with, and its clients connect with. */
const TRANSPORTS = {
  ipc: {},
  tcp: { address: 'tcp://127.0.0.1:0' },
  'tcp-plain': { address: 'tcp://127.0.0.1:0', transport: { tcp: { encryption: false } } },
};

/** The first is the one that clients speak unless they choose. */
export const SERIALIZERS = ['msgpack', 'superjson', 'protobuf'];

/** One actor, owned by this process, and client processes that do as they are told. */
export async function openScene(name) {
  const options = TRANSPORTS[name];
  if (options === undefined) throw new Error(`--transport is one of ${Object.keys(TRANSPORTS).join(', ')}`);
  const patience = { limits: { handshakeMs: 60_000, maxMessageBytes: 256 * MIB }, keepAlive: 60_000 };
  const actor = await Loaded.with({ ...options, ...patience, authkey, serializers: SERIALIZERS }).spawn();
  const { transport = {} } = options;
  const place = { address: actor.connectionAddress, options: { authkey, transport } };
  const clients = [];
  return {
    actor,
    /** Starts so many client processes. */
    async clients(count) {
      const started = Array.from({ length: count }, (_, index) => startClient(`${index}`, place));
      clients.push(...started);
      await Promise.all(started.map((client) => client.ready));
      return started;
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await actor.shutdown();
    },
  };
}

function startClient(name, place) {
  const child = fork(CLIENT, [name, JSON.stringify(place)], { serialization: 'advanced' });
  const answer = async () => {
    const answered = new AbortController();
    const { signal } = answered;
    const died = once(child, 'exit', { signal }).then(([code, killed]) => {
      throw new Error(`a client process ended: ${code ?? killed}`);
    });
    const [{ result, error }] = await Promise.race([once(child, 'message', { signal }), died]);
    died.catch(() => undefined);
    answered.abort();
    if (error !== undefined) throw new Error(`a client process failed: ${error}`);
    return result;
  };
  return {
    ready: answer(),
    /** Has the process do one of the things of `client.mjs`, and resolves to what came of it. */
    async run(task, argument) {
      child.send({ task, argument });
      return await answer();
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
