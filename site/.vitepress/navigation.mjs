/** The pages of the site by what a reader wants of them. The title of each is its first heading. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { examples, pages } from '../pages.mjs';

const root = resolve(import.meta.dirname, '..', '..');

/** A page of `docs/` that no group names is a guide. */
const GUIDES = 'How-to guides';

const groups = [
  { text: 'Start here', pages: ['README', 'docs/tutorial'] },
  {
    text: GUIDES,
    pages: [
      'docs/typescript',
      'docs/testing',
      'docs/choosing-a-serializer',
      'docs/supervision',
      'docs/networking',
      'docs/hosts',
      'docs/cluster',
      'docs/nats',
      'docs/deploying',
      'docs/shutdown',
      'docs/logging',
      'docs/observability',
      'docs/debugging',
      'docs/bundling',
      'docs/from-threads',
      'docs/from-uactor',
      'docs/custom-serializer',
      'docs/custom-transport',
    ],
  },
  {
    text: 'Reference',
    pages: [
      'docs/actors',
      'docs/shared-objects',
      'docs/serializers',
      'docs/command-line',
      'docs/errors',
      'docs/mistakes',
      'docs/guarantees',
      'docs/protocol',
      'CHANGELOG',
    ],
  },
  {
    text: 'Explanation',
    pages: ['docs/references', 'docs/security', 'docs/performance', 'docs/architecture', 'CONTRIBUTING'],
  },
];

/** Where the page of a file is on the site. */
function addressOf(page) {
  if (page === 'README') return '/';
  return `/${page}`;
}

export function sidebar() {
  const written = readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file.slice(0, -'.md'.length)}`);
  const listed = new Set(groups.flatMap((group) => group.pages));
  const sections = groups.map(({ text, pages: named }) => {
    const there = named.filter((page) => !page.startsWith('docs/') || written.includes(page));
    const items = [...there, ...(text === GUIDES ? written.filter((page) => !listed.has(page)) : [])];
    return { text, items: [...items.map(itemOf), ...(text === 'Reference' ? [referenceItem] : [])] };
  });
  const programs = examples.map((name) => ({ text: `${name}.ts`, link: `/examples/${name}` }));
  return [...sections, { text: 'Examples', collapsed: true, items: programs }];
}

/** The entries of the package only: with every export, the sidebar would be most of each page. */
export function referenceSidebar() {
  const listed = JSON.parse(readFileSync(join(pages, 'api', 'typedoc-sidebar.json'), 'utf8'));
  const items = entriesIn(listed).toSorted((a, b) => a.text.localeCompare(b.text));
  return [
    { text: 'API', items },
    { text: 'Guides', items: [{ text: 'All pages', link: '/' }] },
  ];
}

/** The entries in a tree of folders, entries and exports. The address of an entry ends with a slash. */
function entriesIn(tree) {
  return tree.flatMap(({ link, items = [] }) => {
    const entry = link?.endsWith('/') ? [{ text: link.slice('/api/'.length, -1), link }] : [];
    return [...entry, ...entriesIn(items)];
  });
}

const referenceItem = { text: 'API', link: '/api/' };

function itemOf(page) {
  const title = /^# (.*)$/m.exec(readFileSync(join(root, `${page}.md`), 'utf8'))?.[1];
  if (title === undefined) throw new Error(`${page}.md has no heading of the first level`);
  return { text: page === 'README' ? 'What it is' : title.replaceAll('`', ''), link: addressOf(page) };
}
