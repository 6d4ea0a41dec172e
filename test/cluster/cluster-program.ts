import { fileURLToPath } from 'node:url';
import type { ClusterOptions, ClusterServeOptions } from 'uactor/cluster';
import { Clustered } from '#fixtures/clustered.js';
import { Program } from '../support/program.ts';

/** The key of every cluster in these tests. */
export const authkey = 'a key of more than sixteen bytes';

/** The duration of every lease in these tests, in milliseconds. */
export const TTL_MS = 2_000;

let number = 0;

/** Returns options for a new cluster at these brokers. */
export function freshCluster(servers: string | readonly string[], replicas = 1): ClusterOptions {
  number++;
  // Each test names its brokers differently, because the connection of the previous test may still be closing.
  const brokers = `brokers-${number}`;
  return { servers, brokers, authkey, namespace: `t${process.pid}-${number}`, ttl: TTL_MS, replicas };
}

/** Starts a host in its own process; resolves when it has joined. */
export async function startClusterHost(
  cluster: ClusterOptions,
  options: Partial<ClusterServeOptions> & { readonly id: string },
): Promise<Program> {
  const modules = [fileURLToPath(Clustered.module)];
  const serve = { modules, slots: 4, addresses: ['tcp://127.0.0.1:0'], ...options };
  const program = new Program('cluster-host', [JSON.stringify(cluster), JSON.stringify(serve)]);
  await program.said('address');
  return program;
}
