/**
 * Prints the kind and name of every export of every entry of the package. With `--check` it lists the exports without a doc
 * comment instead. Both are read from the sources, because types leave no trace in the build.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** An export with its declaration, and the end of the comment before it. */
const DECLARATION =
  /(\*\/\n(?:\/\/ .*\n)*)?^export (?:declare )?(?:abstract )?(?:async )?(class|function\*?|interface|type|const|let) (\w+)/gm;

/** An export of names from another file, or from further up. */
const LIST = /(\/\*\* @internal \*\/\n)?^export (type )?(\{[^}]*\}|\*)(?: from '([^']+)')?;/gm;

/** Returns the exports of a source file by name: kind, file, and whether a doc comment precedes the declaration. */
function exportsOf(file) {
  const text = readFileSync(file, 'utf8');
  const found = new Map();
  for (const [, comment, kind, name] of text.matchAll(DECLARATION)) {
    // Of a function with several signatures, the first one has the comment.
    if (!found.has(name)) found.set(name, { kind: kind.replace('*', ''), file, documented: comment !== undefined });
  }
  for (const [, internal, type, names, specifier] of text.matchAll(LIST)) {
    if (internal !== undefined) continue;
    const source = specifier === undefined ? undefined : exportsOf(join(dirname(file), specifier));
    const list =
      names === '*'
        ? [...(source?.keys() ?? [])]
        : names
            .slice(1, -1)
            .split(',')
            .map((name) => name.trim());
    for (const item of list.filter((name) => name !== '')) {
      const [name, exported = name] = item.replace(/^type /, '').split(' as ');
      const declared = source === undefined ? localDeclaration(text, name, file) : source.get(name);
      if (declared === undefined)
        throw new Error(`${file}: ${name} is declared in a way that this script does not read`);
      const isType = type !== undefined || item.startsWith('type ');
      found.set(exported, isType && declared.kind === 'class' ? { ...declared, kind: 'type of class' } : declared);
    }
  }
  return found;
}

/** Finds a declaration that is exported further down, or imported to be exported. */
function localDeclaration(text, name, file) {
  const declared = new RegExp(`(\\*/\\n)?^(class|function|interface|type|const|let) ${name}\\b`, 'm').exec(text);
  if (declared !== null) return { kind: declared[2], file, documented: declared[1] !== undefined };
  const imported = new RegExp(`^import (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '(\\.[^']+)';`, 'm').exec(text);
  return imported === null ? undefined : exportsOf(join(dirname(file), imported[1])).get(name);
}

const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const [subpath, target] of Object.entries(entries)) {
  if (typeof target === 'string') continue;
  const source = join(root, target.default.replace('./dist/', '').replace(/\.js$/, '.ts'));
  const surface = [...exportsOf(source)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (process.argv[2] === '--check') {
    for (const [name, { file, documented }] of surface) {
      if (documented) continue;
      console.error(
        `${join('uactor', subpath)} exports ${name}, which ${relative(root, file)} declares without a doc comment`,
      );
      process.exitCode = 1;
    }
  } else {
    console.log(`${join('uactor', subpath)}\n${surface.map(([name, { kind }]) => `  ${kind} ${name}\n`).join('')}`);
  }
}
