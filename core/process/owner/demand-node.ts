import { process } from '../../seam/environment.ts';
import { ActorSpawnError } from '../../seam/errors.ts';

/**
 * Refuses to start a process with Bun, which never reads from the inherited pipe to the owner, so that both would wait for each
 * other.
 *
 * @throws {@link ActorSpawnError} before a process starts.
 */
export function demandNode(name: string, { bun }: NodeJS.ProcessVersions = process.versions): void {
  if (bun === undefined) return;
  throw new ActorSpawnError(
    `the process of ${name} cannot be started by Bun ${bun}, which does not read from an inherited pipe: run the program with Node, or ` +
      'connect to an actor that Node serves',
    { executed: 'no' },
  );
}
