import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { misuse } from '../seam/errors.ts';

/** How many files of a program are looked at; a build of more than that is told by the first ones. */
const MAX_FILES = 2_000;

/** Digits of the hash that are compared and shown. */
const LENGTH = 16;

/** The relative paths of imports, requires and re-exports. What only looks like one is a file that is not there, or does no harm. */
const IMPORT = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;

/**
 * What tells one build of a module from another: a hash of its file and of those that it imports by relative paths, however far.
 * Packages are not looked at; their versions are the business of a lock file.
 *
 * @param file - The path of the module.
 * @throws `TypeError` when it cannot be read: two modules that are not there are not the same build.
 */
export async function buildHash(file: string): Promise<string> {
  const folder = dirname(file);
  const texts = new Map<string, string>();
  const due = [file];
  for (const next of due) {
    if (texts.has(next) || texts.size >= MAX_FILES) continue;
    const text = await textOf(next);
    if (text === undefined && next === file) {
      throw misuse(`the build of ${file} is unknown, because it cannot be read: name it, with({ build })`);
    }
    if (text === undefined) continue;
    texts.set(next, text);
    for (const [, , path = ''] of text.matchAll(IMPORT)) due.push(resolve(dirname(next), path));
  }
  const hash = createHash('sha256');
  for (const [path, text] of [...texts].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    // By its place beside the module, so that the same program may lie in different folders.
    const name = path === file ? '' : relative(folder, path).split(sep).join('/');
    hash.update(`${name.length}:${name}${text.length}:${text}`);
  }
  return hash.digest('hex').slice(0, LENGTH);
}

/** `undefined` for a value that is not a file: a folder that `require` looks into, or no import at all. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
