import { process } from '../seam/environment.ts';

/** The first release of each line that fixes CVE-2026-21717: minor and patch. Lines that are absent never got the fix. */
const REPAIRED: Readonly<Record<number, readonly [number, number]>> = {
  20: [20, 2],
  22: [22, 2],
  24: [14, 1],
  25: [8, 2],
};

/** The first line that has had the fix from its beginning. */
const REPAIRED_LINE = 26;

/**
 * Whether this Node version hashes a string that looks like an integer to that integer (CVE-2026-21717), so that a peer can
 * choose keys that all collide in the engine's string table.
 */
export function hasPredictableHashes(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major >= REPAIRED_LINE) return false;
  const [repairedMinor, repairedPatch] = REPAIRED[major] ?? [Infinity, 0];
  return minor < repairedMinor || (minor === repairedMinor && patch < repairedPatch);
}

/** Warns once, when a process with an affected Node first communicates with another machine. */
export class NodeCheck {
  #done = false;

  /** Called when a session has begun; `version` is that of Node. */
  begun({ local }: { readonly local: boolean }, version: string = process.versions.node): void {
    if (local || this.#done) return;
    this.#done = true;
    if (!hasPredictableHashes(version)) return;
    process.emitWarning(
      `With Node ${version}, a peer can slow this process down with keys that look like integers (CVE-2026-21717), and this process ` +
        'now talks to another machine: update to Node 20.20.2, 22.22.2, 24.14.1, 25.8.2, or a newer release.',
      { type: 'UActorWarning', code: 'UACTOR_NODE_VERSION' },
    );
  }
}
