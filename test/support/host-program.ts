import { fileURLToPath } from 'node:url';
import type { HostServeOptions } from 'uactor';
import { Hosted } from '#fixtures/hosted.js';
import { Member } from '#fixtures/member.js';
import { Quitting } from '#fixtures/quitting.js';
import { Program, type ProgramOptions } from './program.ts';

/** The key of every host of {@link startHost}. */
export const authkey = 'a key of more than sixteen bytes';

/** The modules of the host. */
export const modules: readonly string[] = [Hosted, Member, Quitting].map(({ module }) => fileURLToPath(module));

/** A host in its own process. */
export interface HostProgram extends Program {
  readonly address: string;
}

/** Starts a host with four slots. */
export async function startHost(
  options: Partial<HostServeOptions> = {},
  program: ProgramOptions = {},
): Promise<HostProgram> {
  const served = { address: 'tcp://127.0.0.1:0', authkey, modules, slots: 4, ...options };
  const started = new Program('host', [JSON.stringify(served)], program);
  return Object.assign(started, { address: await started.said('address') });
}
