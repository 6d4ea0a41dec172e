import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as plugin from 'uactor/plugin';
import * as user from 'uactor';
import { afterAll, expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

/** Inside the project, so that `uactor` means the built package. */
const folder = 'build/source-examples';

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Example {
  readonly source: string;
  /** The declaration that follows the example. */
  readonly name: string;
  readonly text: string;
}

const sources = ['core', 'serializers', 'transports', 'testing']
  .flatMap((room) => readdirSync(room, { recursive: true, encoding: 'utf8' }).map((file) => join(room, file)))
  .filter((file) => file.endsWith('.ts'));

/** Returns the examples in the comments of a source file. An example ends with the comment, or at the next tag. */
function examplesOf(source: string): readonly Example[] {
  const comments = readFileSync(source, 'utf8').matchAll(
    /^( *)\/\*\*\n((?:\1 \*.*\n)*?)\1 \*\/\n\1(?:export |static |async |default |declare |abstract )*(?:class|interface|function|const|let|type)?\s*([\w$]+)/gm,
  );
  return [...comments].flatMap(([, , body = '', name = '']) => {
    const lines = body.split('\n').map((line) => line.replace(/^ *\* ?/, ''));
    const start = lines.indexOf('@example');
    if (start < 0) return [];
    const rest = lines.slice(start + 1);
    const end = rest.findIndex((line) => /^@\w/.test(line));
    return [
      {
        source,
        name,
        text: rest
          .slice(0, end < 0 ? rest.length : end)
          .join('\n')
          .trim(),
      },
    ];
  });
}

const examples = ['index.ts', ...sources].flatMap(examplesOf);

/** The imports and declarations of names that an example uses but does not declare. */
const scene = [
  ...readFileSync('test/support/example-scene.ts', 'utf8').matchAll(/^export (?:declare )?(?:class|const) (\w+)/gm),
].map(([, name = '']) => name);
const origins: ReadonlyMap<string, readonly string[]> = new Map([
  ['../../test/support/example-scene.ts', scene],
  ['uactor', [...Object.keys(user), 'type Remote', 'type RemoteObject']],
  ['uactor/plugin', Object.keys(plugin)],
  ['uactor/testing', ['inProcess', 'explore']],
  ['uactor/serializers/superjson', ['superjson']],
  ['uactor/serializers/protobuf', ['protobuf', 'type ServiceMethods']],
  ['uactor/transports/nats', ['setNatsBrokers']],
  ['../../test/support/protobuf/till.js', ['till']],
  ['superjson', ['SuperJSON']],
  ['node:fs/promises', ['readFile']],
]);

/** Returns a module for an example: adds imports for the names that it uses, unless it imports them itself. */
function moduleOf({ text }: Example): string {
  const missing = (item: string, taken: ReadonlySet<string>): boolean => {
    const name = item.replace(/^type /, '');
    if (taken.has(name) || !new RegExp(`(?<![.\\w'])${name}\\b(?!:)`).test(text)) return false;
    return !new RegExp(
      `\\b(?:class|function|const|let|using)\\s+(?:\\w+\\s*,\\s*)?${name}\\b|[[{][^=\\n]*\\b${name}\\b[^=\\n]*[\\]}] = `,
    ).test(text);
  };
  const taken = new Set<string>();
  const imports = [
    "import assert from 'node:assert/strict';",
    ...[...origins].map(([from, names]) => {
      const used = names.filter((name) => missing(name, taken));
      for (const name of used) taken.add(name.replace(/^type /, ''));
      return used.length === 0 ? '' : `import { ${used.join(', ')} } from '${from}';`;
    }),
  ];
  return `${imports.join('\n')}\n${text}\nexport {};\nvoid assert;\n`;
}

test('every example in the sources compiles, with what it uses imported', async () => {
  mkdirSync(folder, { recursive: true });
  for (const [index, example] of examples.entries()) {
    writeFileSync(join(folder, `${index}-${example.name}.ts`), moduleOf(example));
  }
  const config = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { noEmit: true, noUnusedLocals: false, allowJs: false },
    include: ['*.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const run = await runProgram(['node_modules/typescript/bin/tsc', '-p', folder], { timeoutMs: 120_000 });
  expect(run).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
});

test('the main exports have an example', () => {
  const shown = new Set(examples.map(({ name }) => name));
  const main = [
    [
      'Actor',
      'ActorPool',
      'withActor',
      'isMain',
      'currentCall',
      'callOptions',
      'proxy',
      'transfer',
      'release',
      'typeid',
    ],
    ['sameReferent', 'getValue', 'setProperty', 'terminate', 'ended', 'actorProcess', 'endTogether', 'stats'],
    ['inspectActor', 'supervise', 'superviseAll', 'SyncManager', 'BaseManager', 'Queue', 'Lock', 'Event', 'Host'],
    ['registerClass', 'registerError', 'registerSerializer', 'registerTransport', 'compressed', 'currentTask'],
    ['setAuthkey', 'setDialPolicy', 'setProcessLimits', 'inProcess', 'superjson', 'protobuf'],
  ].flat();
  expect(main.filter((name) => !shown.has(name))).toEqual([]);
});
