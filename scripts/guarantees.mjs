/**
 * Prints the promises of docs/guarantees.md with the files of the tests that show them: `node scripts/guarantees.mjs [NUMBER…]`.
 * The numbers in the titles of tests lead to the files. With `--check` it compares the page with the titles.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** The number of a promise, as in titles and on the page. */
const NUMBER = /\b(?:[FH]\d{2}|[UL]\d{1,2})\b/g;

/** A line with the title of a test, a group of tests or a row of a table of tests. */
const TITLE = /(['"`])((?:(?:[FH]\d{2}|[UL]\d{1,2})\b[ ,]*)+)/g;

/** The marks of promises without a test in the suite. */
const UNSHOWN = /\*\((?:planned|shown by `scripts\/[\w.-]+`)\)\*$/;

/** Returns the promises by number, in the order of the page. */
function listedGuarantees() {
  const text = readFileSync(join(root, 'docs', 'guarantees.md'), 'utf8');
  const promises = [...text.matchAll(/^- \*\*(\w+)\*\* (.+)$/gm)].map(([, number, sentence]) => [number, sentence]);
  const twice = promises.map(([number]) => number).filter((number, index, all) => all.indexOf(number) !== index);
  if (twice.length > 0) throw new Error(`docs/guarantees.md lists ${twice.join(', ')} twice`);
  return new Map(promises);
}

/** Returns the test files by the numbers in the titles of their tests. */
function shownGuarantees() {
  const shown = new Map();
  for (const entry of readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })) {
    // The conformance suites are tests in files of their own.
    if (!/\.test\.ts$|\.test-d\.ts$/.test(entry.name) && !entry.parentPath.endsWith('conformance')) continue;
    const path = join(entry.parentPath, entry.name);
    for (const [, , numbers] of readFileSync(path, 'utf8').matchAll(TITLE)) {
      for (const number of numbers.match(NUMBER) ?? []) {
        const files = shown.get(number) ?? new Set();
        shown.set(number, files.add(relative(root, path).split(sep).join('/')));
      }
    }
  }
  return shown;
}

/** Returns the differences between the page and the titles, as sentences that say what to do. */
function differences(promises, shown) {
  const problems = [];
  for (const [number, files] of shown) {
    const where = [...files].join(', ');
    const sentence = promises.get(number);
    if (sentence === undefined)
      problems.push(`${number} is in a title of ${where}: add its sentence to docs/guarantees.md`);
    else if (UNSHOWN.test(sentence))
      problems.push(`${number} is shown by ${where}: remove its mark in docs/guarantees.md`);
  }
  for (const [number, sentence] of promises) {
    if (shown.has(number) || UNSHOWN.test(sentence)) continue;
    problems.push(
      `${number} has no test: write one with the number in its title, or mark it *(planned)* in docs/guarantees.md`,
    );
  }
  return problems;
}

const listed = listedGuarantees();
const shown = shownGuarantees();
const asked = process.argv.slice(2);
if (asked[0] === '--check') {
  const problems = differences(listed, shown);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  for (const number of asked.filter((each) => !listed.has(each))) {
    console.error(`docs/guarantees.md lists no ${number}`);
    process.exitCode = 1;
  }
  for (const [number, sentence] of listed) {
    if (asked.length > 0 && !asked.includes(number)) continue;
    console.log(`${number} ${sentence}`);
    for (const file of shown.get(number) ?? []) console.log(`    ${file}`);
  }
}
