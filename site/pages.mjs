/** Puts the pages of the repository where VitePress finds them: `site/pages`, at the same paths, so that their links stay true. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
export const pages = join(import.meta.dirname, 'pages');

/** The programs of `examples/`, by their names without the extension. Each has a page. */
export const examples = readdirSync(join(root, 'examples'), { recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length).replaceAll('\\', '/'))
  .toSorted((a, b) => a.localeCompare(b));

export function layOut() {
  rmSync(pages, { recursive: true, force: true });
  const documents = readdirSync(join(root, 'docs')).map((file) => join('docs', file));
  for (const file of ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...documents]) {
    if (!file.endsWith('.md')) continue;
    const page = join(pages, file === 'README.md' ? 'index.md' : file);
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, onTheSite(readFileSync(join(root, file), 'utf8')));
  }
  for (const name of examples) {
    const page = join(pages, 'examples', `${name}.md`);
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(
      page,
      `# ${name}.ts\n\n\`\`\`ts\n${readFileSync(join(root, 'examples', `${name}.ts`), 'utf8')}\`\`\`\n`,
    );
  }
}

/**
 * The README is the first page there, the blocks that the tests of the protocol read are plain text, and a factor stays in one line:
 * `1.15 ×`.
 */
function onTheSite(text) {
  return text
    .replaceAll(/\]\(((?:\.\.?\/)*)README\.md/g, '](./$1index.md')
    .replaceAll(/\]\(((?:\.\.\/)*examples\/[\w/-]+)\.ts\)/g, ']($1.md)')
    .replaceAll(/^```(?:hex|payload-\S+)$/gm, '```text')
    .replaceAll(/(?<=\d) (?=×)/g, '\u00A0');
}
