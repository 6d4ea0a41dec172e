/** Mistakes of programs, each under its words in docs/mistakes.md; each function returns the program's error. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import {
  Actor,
  type ActorOptions,
  callOptions,
  type DeclaresModule,
  proxy,
  type Remote,
  registerClass,
  registerError,
  release,
  setProperty,
  terminate,
  withActor,
} from 'uactor';
import { Counter } from '#fixtures/counter.js';
import { Homeless, Relative, secretClass, UnknownTypeid, ExposesNothingThere } from '#fixtures/misdeclared.js';
import { Discreet, Mistaken, Thing } from '#fixtures/mistaken.js';
import { thrown } from './failure.ts';
import { scratch } from './leaks.ts';
import { runProgram } from './run-program.ts';
import { brokenClass } from './broken-class.ts';

type Mistake = () => unknown;

class Own extends Error {}

const folder = mkdtempSync(join(scratch, 'mistakes-'));
writeFileSync(join(folder, 'empty.mjs'), '');

/** Creates a class whose module is `file`, with that text. */
function classIn(file: string, text?: string): typeof Actor & DeclaresModule {
  return brokenClass(join(folder, file), text);
}

/** Creates a class with an invalid option. */
function optional(options: object): Promise<unknown> {
  const given: ActorOptions = options;
  return Counter.with(given).spawn();
}

async function withCounter(use: (counter: Remote<typeof Counter>) => unknown): Promise<unknown> {
  await using counter = await Counter.spawn();
  return await use(counter);
}

async function withMistaken(use: (actor: Remote<typeof Mistaken>) => unknown): Promise<unknown> {
  await using actor = await Mistaken.with({ stdio: ['ignore', 'ignore', 'ignore'] }).spawn();
  return await use(actor);
}

async function withDiscreet(use: (actor: Remote<typeof Discreet>) => unknown): Promise<unknown> {
  await using actor = await Discreet.spawn();
  return await use(actor);
}

const LIBRARY = new URL('../../dist/index.js', import.meta.url).href;

const declaring: readonly (readonly [string, Mistake])[] = [
  // @ts-expect-error a class without a module
  ['a class without `static module`', () => Homeless.spawn()],
  ['`static module` is a relative path', () => Relative.spawn()],
  ['a class that its module does not export', () => secretClass().spawn()],
  [
    'a class without a name',
    () =>
      (() =>
        class extends Actor {
          static override readonly module = import.meta.url;
        })().spawn(),
  ],
  ['`exposed` lists a member that the class does not have', () => ExposesNothingThere.spawn()],
  ['a typeid that is not defined', () => UnknownTypeid.spawn()],
  ['an option that does not exist', () => optional({ timeuot: 5 })],
  ['an option with an invalid value', () => optional({ concurrency: 0 })],
  ['a `Map` for an option that is an object', () => optional({ env: new Map([['A', '1']]) })],
  ['a limit that does not exist', () => optional({ limits: { maxBytes: 1 } })],
  ['a serializer that is not registered', () => optional({ serializer: 'json' })],
  ['a transport that is not registered', () => optional({ address: 'http://localhost' })],
  ['options for a transport that is not registered', () => optional({ transport: { tpc: {} } })],
  ['a function in the options of a spawn', () => optional({ admit: () => true })],
  ['a working folder that does not exist', () => optional({ cwd: '/no/such/folder' })],
  [
    '`registerClass` of a class of errors',
    () => registerClass(Own, { name: 'Own', toJSON: String, fromJSON: () => new Own() }),
  ],
  // @ts-expect-error a class that is no error
  ['`registerError` of a class that does not extend `Error`', () => registerError(Thing)],
];

const loading: readonly (readonly [string, Mistake])[] = [
  ['a module that does not exist', () => classIn('gone.mjs').spawn()],
  ['a module in TypeScript without a loader or a build', () => classIn('jsx.tsx', 'export {}').spawn()],
  ['a module that is not JavaScript', () => classIn('a.txt', 'export {}').spawn()],
  ['a class in `node -e`', () => classIn('[eval1]').spawn()],
  ['a package that is not installed', () => classIn('b.mjs', "import 'no-such-package';").spawn()],
  ['an import of a file that does not exist', () => classIn('c.mjs', "import './no-such.mjs';").spawn()],
  ['a syntax error', () => classIn('e.mjs', 'export class {').spawn()],
  ['an import of a name that is not exported', () => classIn('f.mjs', "import { x } from './empty.mjs';").spawn()],
  ['a top-level `await` that never ends', () => classIn('i.mjs', 'await new Promise(() => undefined);').spawn()],
  ['an uncaught error during the import', () => classIn('h.mjs', THROWS_LATER).spawn()],
  [
    'a spawn that takes too long',
    () =>
      Counter.with({
        execArgv: ['--import', 'data:text/javascript,for(;;);'],
        spawnTimeout: 300,
        stdio: 'ignore',
      }).spawn(),
  ],
  ['`--inspect-brk`', () => Counter.with({ execArgv: ['--inspect-brk'], spawnTimeout: 300, stdio: 'ignore' }).spawn()],
  ['a flag that Node does not know', () => Counter.with({ execArgv: ['--no-such-flag'], stdio: 'ignore' }).spawn()],
  ['a spawn in a module without `isMain`', () => unguarded()],
];

const THROWS_LATER = `setTimeout(() => { throw new RangeError('too late'); });
await new Promise(() => undefined);`;

const proxies: readonly (readonly [string, Mistake])[] = [
  ['`spawn` without `await`', () => notAwaited()],
  ['reading a member that is not exposed', () => withDiscreet((actor) => Reflect.get(actor, 'hidden'))],
  [
    'calling a member that is not exposed',
    // @ts-expect-error it is not exposed
    () => withDiscreet((actor) => thrown(() => actor.hidden())),
  ],
  ['calling a member that is not exposed with `callMethod`', () => withDiscreet((actor) => actor.callMethod('hidden'))],
  // @ts-expect-error a promise has no such method
  ['using a result without `await`', () => withCounter((counter) => thrown(() => counter.increment().toFixed()))],
  ['assigning to a property', () => withDiscreet((actor) => thrown(() => Reflect.set(actor, 'label', 'x')))],
  ['assigning to a name that is not exposed', () => withDiscreet((actor) => assignAnother(actor))],
  ['`setProperty` of a property without a setter', () => withDiscreet((actor) => setProperty(actor, 'fixed', 'x'))],
  // @ts-expect-error a name that is no property
  ['`setProperty` of a name that is not exposed', () => withDiscreet((actor) => setProperty(actor, 'nmae', 'x'))],
  ['a proxy in a template string', () => withCounter((counter) => Reflect.apply(String, undefined, [counter]))],
  ['`JSON.stringify` of a proxy', () => withCounter((counter) => JSON.stringify(counter))],
  [
    '`structuredClone` or `postMessage` of a proxy',
    () => withCounter((counter) => JSON.stringify(structuredClone(counter))),
  ],
  ['a proxy that was released', () => withMistaken(async (actor) => await afterRelease(await actor.handedOut()))],
  ['a call after a `shutdown` by the same process', () => afterShutdown()],
  ['a call after a `terminate` by the same process', () => afterTerminate()],
  // @ts-expect-error a class instead of an actor
  ['`withActor` of a class', () => withActor(Counter, () => 1)],
  // @ts-expect-error a misspelt option
  ['a call option that does not exist', () => withCounter((counter) => callOptions(counter, { timeuot: 5 }))],
  ['`proxy` outside of an actor', () => proxy(new Thing())],
  ['`terminate` of a proxy from `connect`', () => terminateOther()],
  ['`release` of an object that is not a proxy', () => release({})],
  [
    'more arguments than a call takes',
    () => withCounter((counter) => counter.callMethod('add', Array<number>(100_000).fill(1))),
  ],
  [
    '`connect` to an address without a listener',
    () => Counter.connect('ipc:///tmp/no-such-socket', { authkey: 'a key of more than sixteen bytes' }),
  ],
  ['`connect` with another key', () => otherKey()],
  [
    'a `connect` option that does not exist',
    async () => await Reflect.apply(Counter.connect, Counter, ['tcp://127.0.0.1:1', { timeout: 500 }]),
  ],
  ['`connect` to a malformed address', () => Counter.connect('tcp://localhost')],
];

const values: readonly (readonly [string, Mistake])[] = [
  ['a class as an argument', () => withMistaken((actor) => actor.typeOf(Thing))],
  ['a class as a result', () => withMistaken((actor) => actor.cls())],
  ['an instance of a class as an argument', () => withMistaken((actor) => actor.typeOf(new Thing()))],
  ['an instance of a class as a result', () => withMistaken((actor) => actor.thing())],
  ['instances deep in a result', () => withMistaken((actor) => actor.things())],
  ['`return this`', () => withMistaken((actor) => actor.self())],
  ['a promise as an argument', () => withMistaken((actor) => actor.typeOf(Promise.resolve(1)))],
  ['a symbol', () => withMistaken((actor) => actor.typeOf(Symbol('s')))],
  ['an open socket', () => withMistaken((actor) => actor.typeOf({ rows: [{ socket: new Socket() }] }))],
  ['a value that is nested too deeply', () => withMistaken((actor) => actor.typeOf(nested(5_000)))],
  ['a message that is too large', () => tooLarge()],
  ['an error of a class that the caller does not know', () => withMistaken((actor) => actor.own())],
];

const ends: readonly (readonly [string, Mistake])[] = [
  ['a full heap', () => fullHeap()],
  ['`process.exit` in a method', () => withMistaken((actor) => actor.leave())],
  ['an uncaught error', () => withMistaken((actor) => actor.throwLater())],
  ['a deadline that passes', () => withCounter((counter) => callOptions(counter, { timeout: 50 }).wait())],
];

const commands: readonly (readonly [string, Mistake])[] = [
  ['`uactor call` with 007', () => toldByCommand('call', 'tcp://127.0.0.1:1', 'x', '007')],
  ['`uactor serve` of a module that does not exist', () => toldByCommand('serve', 'nope.js#Counter')],
];

export const MISTAKES: ReadonlyMap<string, Mistake> = new Map([
  ...declaring,
  ...loading,
  ...proxies,
  ...values,
  ...ends,
  ...commands,
]);

async function toldByCommand(...args: readonly string[]): Promise<string> {
  const { UACTOR_AUTHKEY_FILE: _key, ...env } = process.env;
  const { stderr } = await runProgram(['dist/cli/main.js', ...args], { env, timeoutMs: 60_000 });
  return stderr.trim().replaceAll(/\s+/g, ' ');
}

/** Returns the first error of a program that runs again in the process of its actor. */
async function unguarded(): Promise<string> {
  const path = join(folder, 'unguarded.mjs');
  writeFileSync(
    path,
    `import { Actor } from ${JSON.stringify(LIBRARY)};
export class Main extends Actor { static module = import.meta.url; }
await Main.spawn().catch((error) => { console.log(error.message); });`,
  );
  return (await runProgram([path], { timeoutMs: 60_000 })).stdout.trim();
}

async function assignAnother(actor: Remote<typeof Discreet>): Promise<unknown> {
  await actor.open();
  return thrown(() => Object.assign(actor, { nmae: 1 }));
}

async function notAwaited(): Promise<unknown> {
  const spawning = Counter.spawn();
  const told = thrown(() => Reflect.get(spawning, 'increment'));
  await (await spawning).shutdown();
  return told;
}

async function afterRelease(thing: Parameters<typeof release>[0]): Promise<unknown> {
  release(thing);
  return await Reflect.apply(Reflect.get(Object(thing), 'callMethod'), thing, ['anything']);
}

async function afterShutdown(): Promise<unknown> {
  const counter = await Counter.spawn();
  await counter.shutdown();
  return await counter.increment();
}

async function afterTerminate(): Promise<unknown> {
  const counter = await Counter.spawn();
  await terminate(counter);
  return await counter.increment();
}

function terminateOther(): Promise<unknown> {
  return withCounter(async (counter) => {
    const other = await Counter.connect(counter.connectionAddress ?? '', { ownConnection: true });
    try {
      return await terminate(other);
    } finally {
      other[Symbol.dispose]();
    }
  });
}

function otherKey(): Promise<unknown> {
  return withCounter((counter) =>
    Counter.connect(counter.connectionAddress ?? '', {
      authkey: 'another key of more than sixteen',
      ownConnection: true,
    }),
  );
}

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

async function tooLarge(): Promise<unknown> {
  await using counter = await Counter.with({ limits: { maxMessageBytes: 2_048 } }).spawn();
  return await counter.echo('x'.repeat(10_000));
}

async function fullHeap(): Promise<unknown> {
  await using actor = await Mistaken.with({
    resourceLimits: { maxOldGenerationSizeMb: 32 },
    stdio: ['ignore', 'ignore', 'ignore'],
  }).spawn();
  return await actor.hoard();
}
