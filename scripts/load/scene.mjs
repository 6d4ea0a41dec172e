import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MIB } from './figures.mjs';
import { Loaded } from '#fixtures/loaded.js';

const authkey = 'a key of more than sixteen bytes';
const CLIENT = fileURLToPath(new URL('client.mjs', import.meta.url));

/** The options with which the actor is spawned and its clients connect. */
const TRANSPORTS = {
  ipc: {},
  tcp: { address: 'tcp://127.0.0.1:0' },
  'tcp-plain': { address: 'tcp://127.0.0.1:0', transport: { tcp: { encryption: false } } },
};

/** The first is the clients' default. */
export const SERIALIZERS = ['msgpack', 'superjson', 'protobuf'];

/** One actor, owned by this process, and client processes that carry out tasks. */
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
    /** Starts this many client processes. */
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
    /** Runs one of the tasks of `client.mjs` in the process, and resolves to its result. */
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
