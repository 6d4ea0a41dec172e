/**
 * Checks the built site: every link leads to a file of it, and to a place that is there. VitePress itself refuses links to pages
 * that are missing, but neither to their places nor to other files.
 *
 *   node site/check-links.mjs [FOLDER]
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What is wrong with the links of the HTML files in a folder, one line for each. */
export function brokenLinks(folder) {
  const pages = new Map(
    readdirSync(folder, { recursive: true })
      .filter((file) => file.endsWith('.html'))
      .map((file) => [join(folder, file), readFileSync(join(folder, file), 'utf8')]),
  );
  const places = new Map([...pages].map(([page, html]) => [page, new Set(attributes(html, 'id'))]));
  return [...pages].flatMap(([page, html]) => {
    const links = new Set([...attributes(html, 'href'), ...attributes(html, 'src')]);
    return [...links].flatMap((link) => {
      const problem = problemOf(folder, page, link, places);
      return problem === undefined ? [] : [`${relative(folder, page)}: ${link} ${problem}`];
    });
  });
}

function problemOf(folder, page, link, places) {
  if (/^[a-z][a-z\d+.-]*:/i.test(link) || link.startsWith('//')) return undefined;
  const [path = '', place = ''] = link.split('#').map(decodeURIComponent);
  const file = fileOf(path === '' ? page : join(path.startsWith('/') ? folder : dirname(page), path));
  if (file === undefined) return 'leads to no file';
  if (place === '' || !places.has(file) || places.get(file).has(place)) return undefined;
  return 'leads to no heading of that page';
}

function fileOf(path) {
  return [path, `${path}.html`, join(path, 'index.html')].find((file) => existsSync(file) && statSync(file).isFile());
}

function attributes(html, name) {
  const found = html.matchAll(new RegExp(`<[a-z][^<>]*?\\s${name}="([^"]*)"`, 'gi'));
  return [...found].map(([, value]) => value.replaceAll('&amp;', '&'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problems = brokenLinks(resolve(process.argv[2] ?? join(import.meta.dirname, 'dist')));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
