/**
 * Mends the links of the pages that the site publishes as Markdown. Its plug-in publishes `a/index.md` as `a.md`, and leaves the links
 * as they were.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Rewrites the links of all Markdown files in `output`, whose originals are in `pages`. Returns a line for each that leads to no file. */
export function mendMarkdownLinks(output, pages) {
  const files = readdirSync(output, { recursive: true }).filter((file) => file.endsWith('.md'));
  return files.flatMap((file) => {
    const problems = [];
    const text = readFileSync(join(output, file), 'utf8');
    const from = dirname(originalOf(file, pages));
    const mended = text.replaceAll(/\]\((?![a-z]+:|#|\/)([^()\s#]+\.md)(#[^()\s]*)?\)/g, (link, path, place = '') => {
      const target = publishedOf(join(from, path), output);
      if (target === undefined) {
        problems.push(`${file}: ${path} leads to no file`);
        return link;
      }
      const way = relative(dirname(file), target);
      return `](${way.startsWith('.') ? way : `./${way}`}${place})`;
    });
    if (mended !== text) writeFileSync(join(output, file), mended);
    return problems;
  });
}

/** The page that a published file was made of. */
function originalOf(file, pages) {
  return existsSync(join(pages, file)) ? file : join(file.slice(0, -'.md'.length), 'index.md');
}

/** Where a page is published, or `undefined`. */
function publishedOf(page, output) {
  return [page, page.replace(/[\\/]index\.md$/, '.md')].find((file) => existsSync(join(output, file)));
}
