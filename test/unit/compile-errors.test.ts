import { scratch } from '../support/leaks.ts';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

const root = resolve(import.meta.dirname, '../..');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

const PRELUDE = `
import { Actor, Host, supervise, superviseAll } from 'uactor';
declare const host: Host;
class Store extends Actor {
  constructor(readonly path: string) { super(); }
}
`;

/** Mistakes, and what the compiler says of them: names that a user knows, at the place of the mistake. */
const MISTAKES: readonly (readonly [code: string, message: string])[] = [
  [
    "Store.with({ on: 'tcp://10.0.0.7:7000' })",
    "Type 'string' is not assignable to type 'ActorHost | readonly ActorHost[]",
  ],
  [
    "Store.with({ on: Host.connect('tcp://10.0.0.7:7000') })",
    "Type 'Promise<Host>' is not assignable to type 'ActorHost | readonly ActorHost[]",
  ],
  ['Store.with({ on: host, label: { gpu: 1 } })', "Type 'number' is not assignable to type 'string'."],
  ['supervise(Store, [7])', "Type 'number' is not assignable to type 'string'."],
  ['supervise(Store, [])', "Argument of type '[]' is not assignable to parameter of type '[path: string]'."],
  ["supervise(Store, 'path')", "Argument of type 'string' is not assignable to parameter of type '[path: string]'."],
  ['supervise(Store)', 'Expected 2-3 arguments, but got 1.'],
  ['superviseAll([Store])', "Type 'typeof Store' is not assignable to type 'SupervisedMember<AnyActorClass>'."],
];

test('U65 U69 what the compiler says of a wrong host, label or list of arguments names the type that is wanted', async () => {
  const folder = mkdtempSync(join(scratch, 'compile-'));
  writeFileSync(join(folder, 'mistakes.ts'), PRELUDE + MISTAKES.map(([code]) => `void ${code};\n`).join(''));
  const config = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: 'esnext',
      lib: ['esnext'],
      module: 'nodenext',
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      paths: { uactor: [join(root, 'dist/index.d.ts')] },
    },
    files: ['mistakes.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = await runProgram([tsc, '-p', folder, '--pretty', 'false'], { timeoutMs: 120_000 });
  const said = stdout.split('\n').filter((line) => line.includes('): error TS'));
  const first = PRELUDE.split('\n').length;
  for (const [index, [code, message]] of MISTAKES.entries()) {
    const own = said.filter((line) => line.includes(`(${first + index},`));
    expect(own, code).toEqual([expect.stringContaining(message)]);
  }
  expect(said, stdout).toHaveLength(MISTAKES.length);
}, 150_000);
