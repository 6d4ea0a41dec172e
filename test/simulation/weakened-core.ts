import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleCore } from '../../scripts/core-bundle.mjs';

/** A guard of the core, and the core without it. */
export interface Edit {
  readonly file: string;
  /** The only occurrence in the file that is changed. */
  readonly from: string;
  readonly to: string;
}

const FOLDER = resolve(import.meta.dirname, '../../.cache/weakened');

const built = new Map<string, Promise<string>>();

/** Builds the core with these edits of its sources, once for each name. @returns the core's path, for a world. */
export async function weakenedCore(name: string, edits: readonly Edit[]): Promise<string> {
  const core = built.get(name) ?? build(name, edits);
  built.set(name, core);
  return await core;
}

async function build(name: string, edits: readonly Edit[]): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const outfile = join(FOLDER, `${name}.cjs`);
  await bundleCore({ outfile, edits });
  return outfile;
}
