import type { TestProject } from 'vitest/node';
import { BrokerProcess, servers } from './broker-process.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The addresses of the brokers that all tests share, by release. */
    readonly brokers: Readonly<Record<string, string>>;
  }
}

/** Starts a broker of each release, for all tests that do not stop it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const brokers = new Map<string, BrokerProcess>();
  for (const [release, server] of servers) brokers.set(release, await BrokerProcess.start(server));
  project.provide('brokers', Object.fromEntries([...brokers].map(([release, { address }]) => [release, address])));
  return async () => {
    for (const broker of brokers.values()) await broker.stop();
  };
}
