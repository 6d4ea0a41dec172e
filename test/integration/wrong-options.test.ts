import { randomBytes } from 'node:crypto';
import { Counter } from '#fixtures/counter.js';
import { fileURLToPath } from 'node:url';
import {
  ActorPool,
  BaseManager,
  callOptions,
  compressed,
  Host,
  interceptCalls,
  proxy,
  registerActor,
  registerClass,
  registerError,
  registerSerializer,
  registerTransport,
  setDefaultSerializer,
  setProcessLimits,
  supervise,
  SyncManager,
  withActor,
} from 'uactor';
import { compressed as compressedOf } from 'uactor/serializers/compressed';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { shared } from '../support/shared.ts';
import '../support/leaks.ts';

const counter = shared(() => Counter.spawn());

const KNOWN = 'only authkey, serializer, capture, transport, dial, signal, ownConnection';
const NOT_AN_OBJECT = /connect: the options must be an object with authkey, serializer/;
/** No process listens here: wrong options are reported before any connection. */
const ADDRESS = 'tcp://127.0.0.1:1';

const connecting: Readonly<Record<string, (options: unknown) => Promise<unknown>>> = {
  Counter: async (options) => await Reflect.apply(Counter.connect, Counter, [ADDRESS, options]),
  SyncManager: async (options) => await Reflect.apply(SyncManager.connect, SyncManager, [ADDRESS, options]),
  Host: async (options) => await Reflect.apply(Host.connect, Host, [ADDRESS, options]),
};

describe.each(Object.entries(connecting))('%s.connect', (_name, connect) => {
  test.each([
    [{ timeout: 500 }, `there is no option 'timeout', ${KNOWN}`],
    [{ authkye: 'a key of more than sixteen bytes' }, `there is no option 'authkye', ${KNOWN}`],
    ['a key of more than sixteen bytes', NOT_AN_OBJECT],
    [null, NOT_AN_OBJECT],
    [7000, NOT_AN_OBJECT],
    [{ serializer: 5 }, /connect\.options\.serializer must be the name of a serializer/],
    [{ transport: 5 }, /connect\.options\.transport must be an object of options by scheme/],
    [{ transport: { tpc: {} } }, /connect\.options\.transport\.tpc: there is no transport 'tpc'.*are ipc, tcp, nats/],
    [new Map([['authkey', 'a key of more than sixteen bytes']]), NOT_AN_OBJECT],
    [
      { capture: ['10.0.0.7:7000'] },
      /capture must begin with a scheme, such as ipc:\/\/ or tcp:\/\/; it is '10\.0\.0\.7:7000'/,
    ],
  ])('U29 with %j rejects with what is wrong', async (options, message) => {
    const error = await failure(connect(options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'MISUSE', message: expect.stringMatching(message) });
  });
});

test.each([
  [null, /serve: the options must be an object, such as \{ address, authkey \}/],
  [5, /serve: the options must be an object/],
  [new Map(), /serve: the options must be an object/],
  [{ handleSignals: 'yes' }, /serve: handleSignals must be true or false/],
  [{ socketActivation: 1 }, /serve: socketActivation must be true or false/],
  [{ limits: 5 }, /options\.limits must be an object/],
  [{ stdio: 'ignore' }, /the option stdio is for spawn\(\); it has no effect in a process that runs already/],
  [{ spawnTimeout: 5 }, /the option spawnTimeout is for spawn\(\)/],
  [{ advertise: ['10.0.0.7:7000'] }, /an address of .*advertise must begin with a scheme/],
])('Counter.serve with %j rejects with what is wrong', async (options, message) => {
  const error = await failure(Reflect.apply(Counter.serve, Counter, [options]));
  expect(error).toMatchObject({ name: 'TypeError', code: 'MISUSE', message: expect.stringMatching(message) });
});

test.each([
  [{ limits: null }, /options\.limits must be an object/],
  [{ limits: 5 }, /options\.limits must be an object/],
  [{ stdio: null }, /options\.stdio must be 'inherit', 'ignore' or a file descriptor/],
  [{ spawnTimeout: Number.NaN }, /spawnTimeout must be a number of milliseconds, or Infinity for no limit; it is NaN/],
  [{ advertise: ['x'] }, /an address of .*advertise must begin with a scheme/],
  [[], /Counter\.options must be an object of options: \{ spawnTimeout/],
  [new Map([['concurrency', 1]]), /Counter\.options must be an object of options/],
  [{ env: new Map([['A', '1']]) }, /options\.env must be an object of strings; undefined removes a variable/],
  [{ env: { 'A=B': '1' } }, /options\.env: 'A=B' cannot be the name of a variable/],
  [{ cwd: '' }, /options\.cwd must be the path of a folder/],
  [{ limits: new Map() }, /options\.limits must be an object/],
  [{ limits: { toString: 5 } }, /options\.limits\.toString is not a limit/],
  [
    { limits: { maxNodes: Object.create(null) } },
    /options\.limits\.maxNodes must be a number of at least 1; it is \[Object/,
  ],
  [{ concurrency: Object.create(null) }, /options\.concurrency must be a whole number of at least 1; it is \[Object/],
  [{ resourceLimits: new Map() }, /options\.resourceLimits must be an object: \{ maxOldGenerationSizeMb/],
  [{ label: ['gpu'] }, /options\.label must be an object of strings/],
  [{ transport: new Map() }, /options\.transport must be an object of options by scheme/],
  [{ transport: { tcp: new Map() } }, /options\.transport must be an object of options by scheme/],
  [{ transport: { nosuch: {} } }, /there is no transport 'nosuch'.*Correct the name, or register the transport/],
])('a spawn with %j rejects with what is wrong', async (options, message) => {
  const spawn = async (): Promise<unknown> => await Reflect.apply(Counter.with, Counter, [options]).spawn();
  expect(await failure(spawn())).toMatchObject({
    name: 'TypeError',
    code: 'MISUSE',
    message: expect.stringMatching(message),
  });
});

test.each([
  [{ launcher: ['no-such-command'] }, /there is no such launcher: spawn no-such-command ENOENT$/],
  [{ cwd: fileURLToPath(import.meta.url) }, /options\.cwd, .*wrong-options\.test\.ts, is not a folder/],
])('a spawn with %j names the option with which no process started', async (options, message) => {
  expect(await failure(Counter.with(options).spawn())).toMatchObject({
    name: 'ActorSpawnError',
    message: expect.stringMatching(message),
    executed: 'no',
  });
});

class Plain {
  readonly count = 1;
}
class PlainError extends Error {}
class ManagerWithNone extends BaseManager {}

const CALLS: readonly (readonly [string, () => unknown, RegExp])[] = [
  [
    'callOptions with a Map',
    () => callOptions(counter(), asAny(new Map([['timeout', 5]]))),
    /second argument must be \{/,
  ],
  ['interceptCalls with a class', () => interceptCalls(async (_call, next) => await next(), asAny(Plain)), /\{ actor/],
  ['setProcessLimits with a Map', () => setProcessLimits(asAny(new Map())), /pass an object of limits/],
  ['registerClass without options', () => registerClass(Plain, asAny(undefined)), /Plain needs both functions/],
  ['registerError with another option', () => registerError(PlainError, asAny({ nmae: 'x' })), /must be \{ name/],
  ['registerError with a name alone', () => registerError(PlainError, asAny('Plain')), /must be \{ name/],
  ['registerError of undefined', () => registerError(asAny(undefined)), /must be a class, not undefined/],
  ['registerActor of undefined', () => registerActor(asAny(undefined)), /takes a class that extends Actor/],
  [
    'compressed with another option',
    () => compressed('msgpack', asAny({ level: 9 })),
    /no option 'level', only algorithm/,
  ],
  ['compressed with a number', () => compressed('msgpack', asAny(9)), /the options must be an object with algorithm/],
  [
    'compressed with a text',
    () => compressed('msgpack', asAny({ thresholdBytes: '9' })),
    /thresholdBytes: '9'; it must/,
  ],
  [
    'registerSerializer with a number',
    () => registerSerializer(asAny(5)),
    /takes a Serializer, an object with name.* given 5$/,
  ],
  ['registerSerializer with a name', () => registerSerializer(asAny('msgpack')), /it was given 'msgpack'$/],
  [
    'registerSerializer without open()',
    () => registerSerializer(asAny({ name: 'x' })),
    /it was given \{ name: 'x' \}$/,
  ],
  [
    'registerTransport with a number',
    () => registerTransport(asAny(5)),
    /takes a Transport, an object with scheme.* given 5$/,
  ],
  [
    'registerTransport without listen()',
    () => registerTransport(asAny({ scheme: 'x' })),
    /listen\(\) and connect\(\); it/,
  ],
  [
    'setDefaultSerializer with a number',
    () => setDefaultSerializer(asAny(5)),
    /must be the name of a registered one.*is 5$/,
  ],
  ['compressed of a number', () => compressed(asAny(5)), /must be the name of a registered one.*is 5$/],
  [
    'compressed of its own module with a name',
    () => compressedOf(asAny('msgpack')),
    /takes a Serializer.*given 'msgpack'/,
  ],
  [
    'a manager with a Map',
    () => SyncManager.start(asAny(new Map())),
    /SyncManager\.start: the options must be an object/,
  ],
  [
    'a manager with admit',
    () => SyncManager.start({ admit: () => true }),
    /option admit is a function.*getServer\(\{ admit/,
  ],
  ['register without a name', () => ManagerWithNone.register(asAny({}), {}), /must be the name of the typeid/],
  [
    'register with another option',
    () => ManagerWithNone.register('rows', asAny({ creat: 1 })),
    /no option 'creat', only/,
  ],
  ['Pool without options', () => SyncManager.prototype.Pool(asAny(undefined)), /^Pool: pass the module with the tasks/],
  [
    'callOptions with another inherit',
    () => callOptions(counter(), asAny({ inherit: 1 })),
    /inherit must be true or false/,
  ],
  [
    'supervise with contradicting delays',
    () => supervise(Counter, [], { backoff: { initialMs: 60_000, maxMs: 10_000 } }),
    /^supervise: backoff\.maxMs, 10000 ms, must be at least initialMs, 60000 ms$/,
  ],
  [
    'a pool of no class',
    () => Reflect.apply(ActorPool.spawn, ActorPool, [undefined]),
    /must be a class that extends Actor/,
  ],
  ['withActor of null', () => withActor(asAny(null), () => 1), /the first argument must be an actor/],
  ['Host.connect without an address', () => Host.connect(asAny(undefined)), /^the address of Host\.connect must be/],
  [
    'proxy with options for a typeid',
    () => proxy({}, asAny({ serializer: 'msgpack' })),
    /second argument must be a typeid/,
  ],
  ['proxy with another option', () => proxy({}, 'auto', asAny({ serialiser: 'x' })), /no option 'serialiser'/],
];

test.each(CALLS)('%s says what is expected', async (_title, call, message) => {
  const calling = async (): Promise<unknown> => await call();
  expect(await failure(calling())).toMatchObject({
    name: 'TypeError',
    code: 'MISUSE',
    message: expect.stringMatching(message),
  });
});

/** Passes a value of the wrong type. */
function asAny(value: unknown): never {
  believeNever(value);
  return value;
}

function believeNever(_value: unknown): asserts _value is never {}

test('withActor without a function ends the actor and names the mistake', async () => {
  const entering: Promise<unknown> = Reflect.apply(withActor, undefined, [
    Counter.with({ authkey: randomBytes(32) }).spawn(),
  ]);
  expect(await failure(entering)).toMatchObject({
    name: 'TypeError',
    code: 'MISUSE',
    message: expect.stringMatching(/^withActor: the second argument must be a function of the actor/),
  });
});
