import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig } from 'vitepress';
import llms from 'vitepress-plugin-llms';
import { referenceSidebar, sidebar } from './navigation.mjs';

const site = resolve(import.meta.dirname, '..');
const { description } = JSON.parse(readFileSync(join(site, '..', 'package.json'), 'utf8'));

export default defineConfig({
  title: 'uactor',
  description,
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: '.cache',
  markdown: { theme: { light: 'github-light-high-contrast', dark: 'github-dark' } },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/docs/actors' },
      { text: 'API', link: '/api/' },
      { text: 'Changes', link: '/CHANGELOG' },
    ],
    sidebar: { '/': sidebar(), '/api/': referenceSidebar() },
    outline: [2, 3],
    search: { provider: 'local' },
  },
  vite: {
    plugins: [llms()],
    // The index of the search holds every page.
    build: { chunkSizeWarningLimit: 5000 },
  },
});
