/**
 * Looks at the built site in a browser: pages fit a telephone and a desktop in light and dark, the search finds, links lead,
 * code copies, and nothing is written to the console.
 *
 *   node site/browse.mjs [RESULTS]
 *
 * It needs Chromium: the program that `CHROMIUM` names, or one of the usual names on the PATH. Screenshots go to
 * `site/screenshots`. RESULTS gets the counts.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';

const output = join(import.meta.dirname, 'dist');
const screenshots = join(import.meta.dirname, 'screenshots');
const DEADLINE_MS = 20_000;
const WIDTHS = { desktop: 1280, telephone: 390 };
const SCHEMES = ['light', 'dark'];
const PAGES = [
  '/',
  '/docs/tutorial',
  '/docs/actors',
  '/docs/errors',
  '/docs/serializers',
  '/docs/performance',
  '/api/',
];
/** What readers type, and where the first result leads. */
const SEARCHES = [
  ['mutex', '/docs/actors.html#one-call-at-a-time'],
  ['exclusive', '/docs/shared-objects.html#lock'],
  ['locks', '/docs/shared-objects.html#lock'],
  ['back pressure', '/docs/actors.html#backpressure'],
  ['how do I stop an actor in an infinite loop', '/docs/actors.html#stopping-or-killing-an-actor'],
  ['cancel a call', '/docs/actors.html#deadlines-and-cancellation'],
  ['daemon', '/docs/actors.html#daemons-and-background-processes'],
  ['detached', '/docs/actors.html#daemons-and-background-processes'],
  ['memory leak', '/docs/references.html#who-holds-an-object'],
  ['ts-node', '/docs/bundling.html#tested-setups'],
  ['mock', '/docs/testing.html#replacing-an-actor-with-a-fake'],
  ['liveness', '/docs/deploying.html#liveness-and-readiness-probes'],
  ['rolling upgrade', '/docs/deploying.html#rolling-out-a-new-build'],
  ['NestJS', '/docs/typescript.html#nestjs-and-dependency-injection'],
  ['worker_threads', '/docs/from-threads.html#worker-threads'],
  ['retry', '/docs/errors.html#retrying-a-call'],
  ['registerClass', '/docs/serializers.html#your-own-classes-registerclass'],
  ['JoinableQueue', '/docs/shared-objects.html#joinablequeue'],
];
/** Words of guides, of the reference, and of examples or the list of changes: the results come in this order. */
const RANKED = ['Float64Array', 'esbuild', 'NestJS', 'pino', 'retry'];
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.md': 'text/markdown',
};

if (!existsSync(join(output, 'index.html'))) throw new Error('site/dist is not built: npm run docs');

/** Serves the site on loopback, with the clean addresses that its links have. */
function serve() {
  const server = createServer((request, response) => {
    const path = join(output, decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const file = [path, `${path}.html`, join(path, 'index.html')].find(
      (each) => existsSync(each) && statSync(each).isFile(),
    );
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function browserProgram() {
  const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  for (const name of names.filter((each) => each !== undefined)) {
    const found = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' });
    if (found.status === 0) return found.stdout.trim();
  }
  throw new Error('there is no Chromium: `apt-get install --no-install-recommends chromium`, or name one in CHROMIUM');
}

let passed = 0;
let failed = 0;

async function check(name, work) {
  try {
    await work();
    passed += 1;
    console.log(`passed: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED: ${name}\n${error instanceof Error ? error.message : error}`);
  }
}

function demand(condition, text) {
  if (!condition) throw new Error(text);
}

/** Opens a page of that width and scheme; what it writes to the console as an error, or throws, makes the check fail. */
async function withPage(browser, { width, scheme = 'light', permissions = [] }, work) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, permissions });
  context.setDefaultTimeout(DEADLINE_MS);
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  try {
    await work(page);
    demand(problems.length === 0, problems.join('\n'));
  } finally {
    await context.close();
  }
}

/** The key means nothing before the page's program has taken the page over, which nothing announces. */
async function openSearch(page) {
  const input = page.locator('#localsearch-input');
  for (const deadline = Date.now() + DEADLINE_MS; ; ) {
    await page.keyboard.press('Control+k');
    try {
      return await input.waitFor({ timeout: 1000 });
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Types a query; resolves when the first result leads to that address, or to any page. Returns the addresses of all results. */
async function found(page, query, first = '') {
  await page.fill('#localsearch-input', query);
  const results = page.locator('#localsearch-list li a');
  try {
    await page.locator(`#localsearch-list li:first-child a[href${first === '' ? '' : `$="${first}"`}]`).waitFor();
  } catch (error) {
    const href = (await results.count()) === 0 ? 'nothing' : await results.first().getAttribute('href');
    throw new Error(`the first result of '${query}' is ${href} instead of ${first}`, { cause: error });
  }
  return await results.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
}

/** Guides, then the reference, then the rest. */
function rankOf(address) {
  if (address.startsWith('/api/')) return 1;
  return /^\/(?:examples|CHANGELOG|CONTRIBUTING)/.test(address) ? 2 : 0;
}

/** The address changes before the page that it names is drawn. */
async function shown(page, locator, what = 'the page') {
  try {
    await locator.first().waitFor();
  } catch (error) {
    throw new Error(`${what}: ${page.url()} does not show what was looked for`, { cause: error });
  }
}

const server = await serve();
const site = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: browserProgram(), args: ['--no-sandbox'] });
rmSync(screenshots, { recursive: true, force: true });
mkdirSync(screenshots);
try {
  for (const [device, width] of Object.entries(WIDTHS)) {
    for (const scheme of SCHEMES) {
      await check(`pages fit a ${device}, ${scheme}`, () =>
        withPage(browser, { width, scheme }, async (page) => {
          for (const path of PAGES) {
            await page.goto(site + path, { waitUntil: 'networkidle' });
            const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
            demand(scrolled <= width, `${path} is ${scrolled} pixels wide`);
            const dark = await page.evaluate(() => document.documentElement.classList.contains('dark'));
            demand(dark === (scheme === 'dark'), `${path} is ${dark ? 'dark' : 'light'}`);
            const name = `${path.replaceAll('/', '-').replace(/^-|-$/g, '') || 'home'}-${width}-${scheme}.png`;
            await page.screenshot({ path: join(screenshots, name) });
          }
        }),
      );
    }
  }

  for (const [query, expected] of [
    ['deadline', /deadline/i],
    ['LEASE_EXPIRED', /LEASE_EXPIRED/],
    ['JoinableQueue', /JoinableQueue/],
  ]) {
    await check(`the search finds ${query}, and its first result leads to a page with it`, () =>
      withPage(browser, { width: WIDTHS.desktop }, async (page) => {
        await page.goto(site, { waitUntil: 'networkidle' });
        await openSearch(page);
        await page.fill('#localsearch-input', query);
        const result = page.locator('#localsearch-list li a').first();
        await result.waitFor();
        await result.click();
        await page.waitForURL((url) => url.pathname !== '/');
        await shown(page, page.locator('main').filter({ hasText: expected }));
      }),
    );
  }

  await check('the search leads first to the section that answers the question', () =>
    withPage(browser, { width: WIDTHS.desktop }, async (page) => {
      await page.goto(site, { waitUntil: 'networkidle' });
      await openSearch(page);
      for (const [query, address] of SEARCHES) await found(page, query, address);
    }),
  );

  await check('the search shows guides before the reference, and both before examples and changes', async () => {
    for (const query of RANKED) {
      await withPage(browser, { width: WIDTHS.desktop }, async (page) => {
        await page.goto(site, { waitUntil: 'networkidle' });
        await openSearch(page);
        const ranks = (await found(page, query)).map(rankOf);
        demand(new Set(ranks).size > 1, `'${query}' has results of one kind only`);
        demand(ranks.join() === ranks.toSorted().join(), `the results of '${query}' have the ranks ${ranks}`);
      });
    }
  });

  await check('the search finds a misspelt word, but shows the exact word first', () =>
    withPage(browser, { width: WIDTHS.desktop }, async (page) => {
      await page.goto(site, { waitUntil: 'networkidle' });
      await openSearch(page);
      const spare = '/docs/actors.html#spare-processes';
      await found(page, 'spere', spare);
      const space = await found(page, 'space', '/docs/deploying.html#deploying');
      demand(space.indexOf(spare) > 1, `'space' finds ${space}`);
    }),
  );

  await check('the sidebar, the next page and a link in the text lead somewhere', () =>
    withPage(browser, { width: WIDTHS.desktop }, async (page) => {
      for (const [what, start, link] of [
        ['sidebar', 'tutorial', page.locator('aside.VPSidebar a[href*="docs/errors"]').first()],
        ['next page', 'errors', page.locator('a.pager-link.next')],
        [
          'link in the text',
          'actors',
          page.locator('main .vp-doc p a[href*=".html"], main .vp-doc li a[href*=".html"]').first(),
        ],
      ]) {
        await page.goto(`${site}/docs/${start}`, { waitUntil: 'networkidle' });
        const before = await page.locator('h1').first().innerText();
        await link.click();
        await shown(page, page.locator('h1').filter({ hasNotText: before }), what);
        demand((await page.locator('h1').first().innerText()) !== '404', `${what}: ${page.url()} is missing`);
      }
    }),
  );

  await check('a telephone has a menu with every page', () =>
    withPage(browser, { width: WIDTHS.telephone }, async (page) => {
      await page.goto(`${site}/docs/actors`, { waitUntil: 'networkidle' });
      await page.locator('button.menu').click();
      await page.locator('aside.VPSidebar.open a[href*="docs/cluster"]').first().click();
      await page.waitForURL(/docs\/cluster/);
    }),
  );

  await check('code copies as it stands', () =>
    withPage(browser, { width: WIDTHS.desktop, permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      await page.goto(site, { waitUntil: 'networkidle' });
      const block = page.locator('div.language-ts').first();
      await block.hover();
      await block.locator('button.copy').click();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      const shown = await block.locator('code').innerText();
      demand(copied.trim() === shown.trim(), `copied:\n${copied}`);
      demand(copied.includes("from 'uactor'"), `copied:\n${copied}`);
    }),
  );

  await check('each page is there as Markdown, and llms.txt names it', async () => {
    const list = await (await fetch(`${site}/llms.txt`)).text();
    const documents = readdirSync(join(import.meta.dirname, '..', 'docs')).filter((file) => file.endsWith('.md'));
    for (const path of documents.map((file) => `/docs/${file.slice(0, -'.md'.length)}`)) {
      demand(list.includes(`${path}.md`), `llms.txt does not name ${path}`);
      const text = await (await fetch(`${site}${path}.md`)).text();
      demand(text.includes('\n# ') || text.startsWith('# '), `${path}.md is not Markdown`);
    }
  });
} finally {
  await browser.close();
  server.close();
}
if (process.argv[2] !== undefined) {
  const results = { numPassedTests: passed, numFailedTests: failed, success: failed === 0 };
  writeFileSync(process.argv[2], JSON.stringify(results));
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
