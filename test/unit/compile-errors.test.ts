import { scratch } from '../support/leaks.ts';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { TSC } from '../support/language-server.ts';
import { runProgram } from '../support/run-program.ts';

const root = resolve(import.meta.dirname, '../..');

const PRELUDE = `
import type { Server, Socket } from 'node:net';
import { Actor, ActorPool, Host, type Remote, supervise, superviseAll, withActor } from 'uactor';
declare const host: Host;
class Store extends Actor {
  static override readonly module = import.meta.url;
  constructor(readonly path: string) { super(); }
}
class Homeless extends Actor {}
interface Job { readonly owner: { readonly connections: ReadonlyMap<string, Socket> } }
class Wide extends Actor {
  static override readonly module = import.meta.url;
  constructor(readonly done?: Promise<void>) { super(); }
  filter(numbers: number[], keep: (value: number) => boolean): number[] { return numbers.filter(keep); }
  each(visit: (value: number) => void, next: () => number | Promise<number>): void { void [visit, next]; }
  listen(server: Server | string): void { void server; }
  take(socket: Socket): void { void socket; }
  run(job: Job): void { void job; }
  mark(sign: symbol, key?: string): void { void [sign, key]; }
  remember(seen: WeakSet<object>[]): void { void seen; }
  wait(jobs: { readonly done: Promise<number> }[]): void { void jobs; }
  count(): number { return 0; }
}
declare const wide: Remote<typeof Wide>;
declare const [server, socket, job]: [Server, Socket, Job];
void [wide.each((value) => value * 2, () => 1), wide.each(async () => {}, async () => 1), wide.listen('tcp://')];
`;

/** Mistakes, and the compiler's messages: they use names that a user knows, and point to the mistake. */
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
  ['superviseAll([Store])', "Type 'typeof Store' is not assignable to type 'SupervisedMember<SpawnableClass>'."],
  ['Homeless.spawn()', "Type 'typeof Homeless' is not assignable to type 'DeclaresModule'."],
  ['ActorPool.spawn(Homeless)', "Type 'typeof Homeless' is not assignable to type 'DeclaresModule'."],
  ['supervise(Homeless, [])', "Type 'typeof Homeless' is not assignable to type 'DeclaresModule'."],
  [
    'wide.filter([1], (value) => value > 0)',
    "Type 'boolean' is not assignable to type 'Mistake<\"the method gets a promise for the result of this function: declare it as `=> Promise<…>`, and await it\">'.",
  ],
  ['wide.take(socket)', 'but required in type \'Mistake<"a Socket stays in the process that opened it">\'.'],
  ['wide.listen(server)', 'type \'string | Mistake<"a Server stays in the process that opened it">\'.'],
  ['wide.run(job)', 'but required in type \'Mistake<"a Socket stays in the process that opened it">\'.'],
  [
    "wide.mark(Symbol('a'))",
    'to parameter of type \'Mistake<"a symbol means nothing in another process: pass a string">\'.',
  ],
  [
    'wide.remember([new WeakSet()])',
    'but required in type \'Mistake<"a weak collection cannot be sent: its items cannot be listed">\'.',
  ],
  [
    'wide.wait([{ done: Promise.resolve(1) }])',
    'but required in type \'Mistake<"a Promise cannot be sent: await it and pass its result">\'.',
  ],
  [
    'Wide.spawn(Promise.resolve())',
    'but required in type \'Mistake<"a Promise cannot be sent: await it and pass its result">',
  ],
  ['Wide.spawn().count()', "Property 'count' does not exist on type 'Promise<Remote<typeof Wide>>'."],
  ['(wide.count() + 1)', "Operator '+' cannot be applied to types 'Promise<number>' and '1'."],
  ['(wide.count() ? 1 : 2)', "This condition will always return true since this 'Promise<number>' is always defined."],
  ['(wide.count().toFixed())', "Property 'toFixed' does not exist on type 'Promise<number>'."],
  ['withActor(Wide, () => 1)', "Argument of type 'typeof Wide' is not assignable to parameter of type"],
  ['wide.cuont()', "Property 'cuont' does not exist on type 'Remote<typeof Wide>'. Did you mean 'count'?"],
];

test("U2 U11 U46 U65 U69 U74 the compiler's message about a mistake names what the library expects", async () => {
  const folder = mkdtempSync(join(scratch, 'compile-'));
  writeFileSync(join(folder, 'mistakes.ts'), PRELUDE + MISTAKES.map(([code]) => `void ${code};\n`).join(''));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
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
  const { stdout } = await runProgram([TSC, '-p', folder, '--pretty', 'false'], { timeoutMs: 120_000 });
  // Indented lines explain the line before them.
  const said = stdout
    .replaceAll(/\n +/g, ' ')
    .split('\n')
    .filter((line) => line.includes('): error TS'));
  const first = PRELUDE.split('\n').length;
  for (const [index, [code, message]] of MISTAKES.entries()) {
    const own = said.filter((line) => line.includes(`(${first + index},`));
    expect(own, code).toEqual([expect.stringContaining(message)]);
  }
  expect(said, stdout).toHaveLength(MISTAKES.length);
}, 150_000);
