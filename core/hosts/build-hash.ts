import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { misuse } from '../seam/errors.ts';

/** The maximum number of files that are hashed; a larger build is identified by its first files. */
const MAX_FILES = 2_000;

/** The number of hash digits that are compared and shown. */
const LENGTH = 16;

/**
 * The relative paths of imports, requires and re-exports. A false match names a missing file, or adds a file to the hash, which
 * is harmless.
 */
const IMPORT = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;

/**
 * Identifies a build of a module by a hash of its file and of all files that it imports by relative paths, directly or
 * indirectly. Packages are not hashed; a lock file fixes their versions.
 *
 * @param file - The path of the module.
 * @throws `TypeError` when the file cannot be read: two missing modules are not the same build.
 */
export async function buildHash(file: string): Promise<string> {
  const folder = dirname(file);
  const texts = new Map<string, string>();
  const due = [file];
  for (const next of due) {
    if (texts.has(next) || texts.size >= MAX_FILES) continue;
    const text = await textOf(next);
    if (text === undefined && next === file) {
      throw misuse(`the build of ${file} is unknown, because the file cannot be read: name the build, with({ build })`);
    }
    if (text === undefined) continue;
    texts.set(next, text);
    for (const [, , path = ''] of text.matchAll(IMPORT)) due.push(resolve(dirname(next), path));
  }
  const hash = createHash('sha256');
  for (const [path, text] of [...texts].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    // Relative to the module's folder, so that the program may be in different folders on different machines.
    const name = path === file ? '' : relative(folder, path).split(sep).join('/');
    hash.update(`${name.length}:${name}${text.length}:${text}`);
  }
  return hash.digest('hex').slice(0, LENGTH);
}

/** Returns `undefined` if there is no file at the path: `require` also accepts folders, and the match may be no import at all. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
