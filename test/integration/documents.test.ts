import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { transform } from 'esbuild';
import { parse } from 'protobufjs';
import * as conformance from 'uactor/conformance';
import * as plugin from 'uactor/plugin';
import * as testing from 'uactor/testing';
import * as user from 'uactor';
import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync('docs').map((file) => `docs/${file}`)].filter((file) =>
  file.endsWith('.md'),
);

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^( *)```([^\n]*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, , language = '', text = '']) => ({ page, language, text }),
  ),
);

const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync('package.json', 'utf8')).scripts;
const benchOptions = readFileSync('bench/options.ts', 'utf8');

/** The options of each command of `uactor`, as its help lists them. */
const commands = new Map<string, ReadonlySet<string>>();
for (const command of ['serve', 'host', 'cluster', 'call', 'inspect', 'ps', 'completion', 'bench']) {
  const { stdout } = await runProgram(['dist/cli/main.js', command, '--help']);
  commands.set(command, new Set(['--help', ...(stdout.match(/(?<![\w-])--?[a-z][a-z-]*/g) ?? [])]));
}

/** Returns the mistake in a use of the program `uactor`, given the words after its name. */
function problemOfUse([command = '', ...words]: readonly string[]): string | undefined {
  if (command === '--help' || command === '--version' || command === 'COMMAND') return undefined;
  const options = commands.get(command);
  if (options === undefined) return `uactor has no command ${command}`;
  const unknown = words.find((word) => /^--?[a-z]/.test(word) && !options.has(word.split('=')[0] ?? ''));
  return unknown && `uactor ${command} has no option ${unknown}`;
}

/** Other programs: this test does not know their options. */
const FOREIGN = new Set(
  'apt-get cat chmod chrome curl docker git head kill kubectl ln nats-server openssl pm2 systemctl systemd-run install perf'.split(
    ' ',
  ),
);

/** Returns the mistake in a command line of a block of `sh`. */
function problemOfCommand(line: string): string | undefined {
  const [program = '', ...words] = line
    .trim()
    .split(/\s+/)
    .filter((word) => !/^[A-Z_\d]+=/.test(word));
  const [first = '', second = ''] = words;
  if (program === '' || FOREIGN.has(program)) return undefined;
  if (program === 'uactor') return problemOfUse(words);
  if (program === 'npx')
    return first === 'uactor' ? problemOfUse(words.slice(1)) : missing(`node_modules/.bin/${first}`);
  if (program === 'npm') {
    if (['install', 'ci', 'pkg', 'start', 'test'].includes(first)) return undefined;
    if (first !== 'run' || !(second in scripts)) return `there is no npm ${first} ${second}`;
    const options = second === 'bench' ? words.filter((word) => /^--\w/.test(word)) : [];
    const unknown = options.find((option) => !new RegExp(`\\b'?${option.slice(2)}'?:`).test(benchOptions));
    return unknown && `npm run bench has no option ${unknown}`;
  }
  if (program === 'node') {
    const file = words.find((word) => !word.startsWith('-'));
    const flag = words.slice(0, file === undefined ? undefined : words.indexOf(file)).find((word) => !isFlag(word));
    if (flag !== undefined) return `node has no option ${flag}`;
    return file !== undefined && /^(?:scripts|site|examples|dist|build)\//.test(file) ? missing(file) : undefined;
  }
  return `${program} is not a program that the pages may call: add it to FOREIGN if it belongs to others`;
}

const missing = (file: string): string | undefined => (existsSync(file) ? undefined : `${file} does not exist`);

/** Whether a word is a flag of Node. NODE_OPTIONS does not accept the listed ones. */
const isFlag = (word: string): boolean =>
  process.allowedNodeEnvironmentFlags.has(word.split('=')[0] ?? '') ||
  ['--cpu-prof', '--heap-prof', '--prof', '-e'].includes(word);

const entries: Readonly<Record<string, object>> = {
  uactor: user,
  'uactor/plugin': plugin,
  'uactor/testing': testing,
  'uactor/conformance': conformance,
};

/** Returns the names that a block imports from the package although it does not export them. Types have no value to check. */
function unknownImports(text: string): readonly string[] {
  return [...text.matchAll(/^import \{([^}]*)\} from '(uactor[\w/]*)'/gm)].flatMap(([, list = '', entry = '']) => {
    const exported = entries[entry];
    if (exported === undefined) return [];
    const names = list.split(',').map((name) => name.trim().split(' as ')[0] ?? '');
    return names.filter((name) => name !== '' && !name.startsWith('type ') && !(name in exported));
  });
}

const trimmed = (lines: string): string =>
  lines
    .trim()
    .split(/\s*\n\s*/)
    .join('\n');

/** A block that names a file of the repository must be a part of it; `…` stands for omitted text. */
function checkPart({ page, text }: Block): boolean {
  const [, file] = /^\/\/ ((?:examples|test)\/[\w/.-]+\.ts)\n/.exec(text) ?? [];
  if (file === undefined) return false;
  const whole = trimmed(readFileSync(file, 'utf8'));
  for (const part of text.slice(text.indexOf('\n') + 1).split(/^\s*…\n/m)) expect(whole, page).toContain(trimmed(part));
  return true;
}

/** A block that contains only members of a class is checked inside a class; `…` stands for omitted text. */
async function checkSyntax(block: Block): Promise<void> {
  if (checkPart(block)) return;
  const { page, text, language } = block;
  const whole = text.replaceAll(/\{ … \}/g, '{}').replaceAll(/^\s*…$/gm, '');
  const program = /^(?:static|async) /.test(whole) ? `class Sample extends Object {\n${whole}}` : whole;
  try {
    await transform(program, { loader: /^ts|^typescript/.test(language) ? 'ts' : 'js', format: 'esm' });
  } catch (error) {
    throw new Error(`${page}: a block does not parse:\n${text}`, { cause: error });
  }
  expect(unknownImports(text), page).toEqual([]);
}

/** The checks of a block, by its language. Blocks of `ts` that name a file are also compared with it, or run. */
const rules: Readonly<Record<string, (block: Block) => unknown>> = {
  ts: checkSyntax,
  typescript: checkSyntax,
  javascript: checkSyntax,
  js: checkSyntax,
  json: ({ text }) => JSON.parse(text),
  jsonc: ({ text }) => JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, '')),
  proto: ({ text }) => parse(text),
  sh: ({ page, text }) => {
    const lines = text
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) => line.replace(/(?:^|\s)#.*$/, ''));
    const problems = lines.flatMap((line) => line.split(/&&|\||;/)).flatMap((line) => problemOfCommand(line) ?? []);
    expect(problems, page).toEqual([]);
  },
  // The tests of the protocol read these blocks.
  hex: () => undefined,
  payload: () => undefined,
  // Files and output of other programs: the uses of `uactor` in them are checked below.
  ini: () => undefined,
  dockerfile: () => undefined,
  yaml: () => undefined,
  text: () => undefined,
  '': () => undefined,
};

test.for(pages.map((page) => [page] as const))('the code blocks of %s are what their language says', async ([page]) => {
  for (const block of blocks.filter((each) => each.page === page)) {
    const rule = rules[block.language.replace(/^payload-.*$/, 'payload')];
    if (rule === undefined) throw new Error(`${page}: nothing checks blocks of \`${block.language}\``);
    await rule(block);
  }
});

test('commands and options of the program uactor that the pages name exist', () => {
  const uses = pages.flatMap((page) => {
    const text = readFileSync(page, 'utf8').replaceAll('\\\n', ' ');
    return [
      ...text.matchAll(/(?<![\w'./@-])(?:\.?[\w./-]*\/)?uactor ((?:serve|host|call|inspect|bench)\b[^\n`;|&]*)/g),
    ].map(([, words = '']) => ({ page, words }));
  });
  expect(uses.length).toBeGreaterThan(20);
  const problems = uses.flatMap(({ page, words }) => {
    const problem = problemOfUse(
      words
        .replace(/ #.*/, '')
        .trim()
        .split(/[\s"',)\]]+/),
    );
    return problem === undefined ? [] : [`${page}: ${problem}`];
  });
  expect(problems).toEqual([]);
});

test('a command or an option that does not exist is noticed', () => {
  expect(problemOfCommand('npx uactor serve ./a.js#A --listne tcp://127.0.0.1:0')).toBe(
    'uactor serve has no option --listne',
  );
  expect(problemOfCommand('npm run benhc')).toBe('there is no npm run benhc');
  expect(problemOfCommand('npm run bench -- --onyl cost')).toBe('npm run bench has no option --onyl');
  expect(problemOfCommand('node --inspekt server.js')).toBe('node has no option --inspekt');
  expect(problemOfCommand('node scripts/gone.mjs')).toBe('scripts/gone.mjs does not exist');
});
