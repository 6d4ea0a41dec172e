import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig } from 'vitepress';
import llms from 'vitepress-plugin-llms';
import { referenceSidebar, sidebar } from './navigation.mjs';
import { search } from './search.mjs';

const site = resolve(import.meta.dirname, '..');
const { description } = JSON.parse(readFileSync(join(site, '..', 'package.json'), 'utf8'));

/** Two processes, and the pipe between them. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><g fill="#0a6bd6"><rect y="4" width="6" height="8" rx="1.5"/><rect x="10" y="4" width="6" height="8" rx="1.5"/><rect x="5" y="7" width="6" height="2"/></g></svg>';

/** Lets a long name in code break after a dot or an underscore, so that its column in a table is not wide. */
function breakLongNames(markdown) {
  const { rules } = markdown.renderer;
  const render = rules.code_inline;
  rules.code_inline = (...args) =>
    render(...args).replace(/>.*</s, (content) => content.replaceAll(/(?<=\w[._])(?=\w)/g, '<wbr>'));
}

export default defineConfig({
  title: 'uactor',
  description,
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]],
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: '.cache',
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: breakLongNames,
  },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/docs/actors' },
      { text: 'API', link: '/api/' },
      { text: 'Changes', link: '/CHANGELOG' },
    ],
    sidebar: { '/': sidebar(), '/api/': referenceSidebar() },
    outline: [2, 3],
    search,
  },
  vite: {
    plugins: [llms({ excludeIndexPage: false })],
    // The index of the search holds every page.
    build: { chunkSizeWarningLimit: 5000 },
  },
});
