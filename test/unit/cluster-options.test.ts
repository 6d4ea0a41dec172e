import { describe, expect, test } from 'vitest';
import { checkedOptions, type ClusterOptions } from '../../cluster/options.ts';
import { Placement } from '../../cluster/placement.ts';
import type { SeenHost } from '../../cluster/seen-hosts.ts';
import { decodeArguments, encodeArguments } from '../../cluster/stored-arguments.ts';
import { ActorUnreachableError, AuthkeyError, ConnectionLostError, HostError, type UActorError } from '../../index.ts';
import { failure, thrown } from '../support/failure.ts';

const OPTIONS: ClusterOptions = { servers: 'localhost:4222', namespace: 'shop', authkey: 'a key' };

test.each<readonly [string, Readonly<Record<string, unknown>>]>([
  ['timeToLive is not an option', { timeToLive: 1 }],
  ["servers must be a broker's host:port", { servers: [] }],
  ["servers must be a broker's host:port", { servers: '' }],
  ["servers must be a broker's host:port", { servers: [4222] }],
  ['servers must not contain credentials', { servers: ['shop:hidden@localhost'] }],
  ['namespace must be a name', { namespace: 'shop.>' }],
  ['namespace must be a name', { namespace: 'x'.repeat(65) }],
  ['brokers must be a name', { brokers: '' }],
  ['authkey must be the key of the cluster', { authkey: '' }],
  ['authkey must be the key of the cluster', { authkey: undefined }],
  ['ttl must be a number of milliseconds, at least 1000', { ttl: 999 }],
  ['ttl must be a number', { ttl: Infinity }],
  ['ttl must be a number', { ttl: '2000' }],
  ['patience must be a number', { patience: -1 }],
  ['patience must be a number', { patience: '1' }],
  ['replicas must be 1, 3 or 5', { replicas: 2 }],
])('U70 Cluster.connect rejects wrong options: %s', (message, wrong) => {
  const error = thrown(() => Reflect.apply(checkedOptions, undefined, [{ ...OPTIONS, ...wrong }]));
  expect(error).toMatchObject({ name: 'TypeError', message: expect.stringContaining(message) });
  expect(String(error)).not.toContain('hidden');
});

test('U70 three brokers keep three replicas, and calls wait for a moving actor for twice the ttl, at least 30 s', () => {
  expect(thrown(() => Reflect.apply(checkedOptions, undefined, ['localhost']))).toBeInstanceOf(TypeError);
  expect(checkedOptions(OPTIONS)).toMatchObject({ replicas: 1, ttlMs: 15_000, patienceMs: 30_000 });
  expect(checkedOptions({ ...OPTIONS, servers: ['a', 'b', 'c'], ttl: 20_000 })).toMatchObject({
    replicas: 3,
    patienceMs: 40_000,
  });
  expect(checkedOptions({ ...OPTIONS, servers: ['a', 'b', 'c'], replicas: 1, patience: 0 })).toMatchObject({
    replicas: 1,
    patienceMs: 0,
  });
});

test('U70 arguments of more than 256 KiB are not stored, and stored arguments are a list', async () => {
  const args = ['x'.repeat(200_000), new Map([[1, 2n]])];
  expect(await decodeArguments(await encodeArguments(args, 'one'))).toEqual(args);
  expect(await failure(encodeArguments(['x'.repeat(300_000)], 'one'))).toMatchObject({
    name: 'SerializerError',
    code: 'UNSERIALIZABLE',
    message: expect.stringContaining("the arguments of 'one' take"),
  });
  const bytes = Buffer.from(await encodeArguments([1], 'one'), 'base64').toString('latin1');
  const text = Buffer.from(bytes.replace('[1]', '1'), 'latin1').toString('base64');
  expect(await failure(decodeArguments(text))).toMatchObject({ name: 'SerializerError', code: 'INVALID_PAYLOAD' });
});

test('U70 an argument that throws a value that cannot be shown is refused like any other', async () => {
  const unreadable = new Proxy(
    {},
    { getPrototypeOf: () => raise({ toString: 1 }), ownKeys: () => raise({ toString: 1 }) },
  );
  expect(await failure(encodeArguments([unreadable], 'one'))).toMatchObject({
    code: 'UNSERIALIZABLE',
    message: expect.stringMatching(/^the arguments of 'one' must be plain values.*: a value that cannot be shown$/),
  });
});

function raise(value: unknown): never {
  AbortSignal.abort(value).throwIfAborted();
  throw new Error('not reached');
}

const host = (id: string, facts: Partial<SeenHost> = {}): SeenHost => ({
  id,
  epoch: 'e',
  nonce: 'n',
  ttlMs: 1,
  instance: id,
  endpoints: [],
  machine: 'm',
  pid: 1,
  modules: [],
  labels: {},
  slots: 4,
  free: 4,
  draining: false,
  silentMs: 0,
  lost: false,
  ...facts,
});
const full = (): UActorError => new HostError('it is full', { code: 'NO_SLOT' });

/** Requests an actor from hosts that all reject; returns their ids in this order, and the error. */
async function requested(
  hosts: readonly SeenHost[],
  rejection: (id: string) => UActorError,
  options: { readonly label?: Readonly<Record<string, string>>; readonly spawnSignal?: AbortSignal } = {},
): Promise<{ readonly ids: readonly string[]; readonly error: unknown }> {
  const ids: string[] = [];
  const placement = new Placement('shop', hosts, async ({ id }) => {
    ids.push(id);
    return await Promise.reject(rejection(id));
  });
  const order = {
    name: 'Counter',
    module: 'file:///counter.js',
    options,
    typeids: new Map(),
    args: [],
    others: false,
  };
  return { error: await failure(Reflect.apply(placement.place, placement, [order])), ids };
}

describe('the hosts for a new actor', () => {
  test('U70 are those with the labels that do not drain, the ones with the most free slots first, lost ones last', async () => {
    const gpu = { labels: { gpu: '1' } };
    const hosts = [
      host('lost', { ...gpu, lost: true, free: 9 }),
      host('some', { ...gpu, free: 1 }),
      host('most', { ...gpu, free: 3 }),
      host('drains', { ...gpu, draining: true }),
      host('other', { labels: { gpu: '2' } }),
      host('none'),
    ];
    const { ids, error } = await requested(hosts, full, { label: { gpu: '1' } });
    expect(ids).toEqual(['most', 'some', 'lost']);
    expect(error).toMatchObject({
      code: 'NO_HOST',
      message: expect.stringContaining('most: it is full; some: it is full'),
    });
    expect((await requested(hosts, full, { label: { gpu: '3' } })).error).toMatchObject({
      code: 'NO_HOST',
      message: expect.stringContaining('none (4 free, {})'),
    });
    expect((await requested([host('only')], full)).error).toMatchObject({ code: 'NO_SLOT' });
  });

  test.each<readonly [string, UActorError, number]>([
    ['is full', full(), 3],
    ['cannot be reached', new ActorUnreachableError('nothing listens there'), 3],
    ['was lost after it may have constructed the actor', new ConnectionLostError('lost', { executed: 'maybe' }), 1],
    ['says that the name is taken', new HostError('taken', { code: 'NAME_TAKEN' }), 1],
    ['has another authkey', new AuthkeyError('another key'), 1],
  ])('U70 after a host that %s, others are asked only if they may accept the actor', async (_what, error, count) => {
    const hosts = ['a', 'b', 'c'].map((id) => host(id));
    expect((await requested(hosts, () => error)).ids).toHaveLength(count);
  });

  test('U70 an aborted spawn asks no further host', async () => {
    const controller = new AbortController();
    const rejection = (): UActorError => {
      controller.abort();
      return full();
    };
    const { ids } = await requested([host('a'), host('b')], rejection, { spawnSignal: controller.signal });
    expect(ids).toHaveLength(1);
  });
});
