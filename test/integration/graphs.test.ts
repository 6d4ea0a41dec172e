import { Branch, clientError, Graphs } from '#fixtures/graphs.js';
import type { Remote } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { SERIALIZERS } from '../support/serializers.ts';

interface Family {
  readonly name: string;
  parent?: Family;
  readonly kids: Family[];
}

function member(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce((inner: unknown, key) => (inner instanceof Object ? Reflect.get(inner, key) : undefined), value);
}

/** Returns `value` as it arrives on each way through an actor: as an argument of a constructor and of a callback, a result, an item. */
async function arrivals(ActorClass: typeof Graphs, value: unknown): Promise<readonly (readonly [string, unknown])[]> {
  await using actor: Remote<typeof Graphs> = await ActorClass.spawn(value);
  const seen: (readonly [string, unknown])[] = [];
  await actor.apply((given) => void seen.push(['callback', given]), value);
  for await (const item of await actor.items(value)) seen.push(['item', item]);
  return [...seen, ['constructor', await actor.given()], ['result', await actor.echo(value)]];
}

for (const serializer of SERIALIZERS) {
  const Chosen = Graphs.with({ serializer });

  describe(`graphs between processes over ${serializer}`, () => {
    test('U46 the time for a list of rows that share objects grows with its length', { timeout: 20_000 }, async () => {
      await using actor = await Chosen.spawn();
      const groups = Array.from({ length: 20 }, (_, group) => ({ group }));
      const rows = Array.from({ length: 30_000 }, (_, row) => ({ row, group: groups[row % groups.length] }));
      const arrived = await actor.echo(rows);
      expect(arrived).toStrictEqual(rows);
      expect(new Set(Array.from(Object(arrived), (row) => member(row, 'group'))).size).toBe(groups.length);
    });

    test('U42 an error keeps all but the one property that cannot be sent, and the circle in it', async () => {
      await using actor = await Chosen.spawn();
      for (const [way, arrived] of [
        ['thrown', await failure(actor.fail())],
        ['the reason of a callback', await failure(actor.apply(() => Promise.reject(clientError()), 1))],
        ...(await arrivals(Chosen, clientError())),
      ] as const) {
        expect(arrived, way).toBeInstanceOf(RangeError);
        expect(arrived, way).toMatchObject({
          message: 'no answer',
          code: 'E_X',
          status: 503,
          rows: [{ id: 1 }],
          config: { url: 'http://h/' },
        });
        expect(Object.keys(Object(arrived)), way).not.toContain('req');
        expect(member(arrived, 'same'), way).toBe(member(arrived, 'rows'));
        expect(member(arrived, 'cause'), way).toBeInstanceOf(TypeError);
        expect(member(arrived, 'original'), way).toBe(member(arrived, 'cause'));
        expect(member(arrived, 'config', 'again'), way).toBe(member(arrived, 'config'));
      }
    });

    test('U42 an error whose configuration leads back to it is cut there, and keeps the rest', async () => {
      const error = clientError();
      Object.assign(Object(member(error, 'config')), { error });
      for (const [way, arrived] of await arrivals(Chosen, [error, error])) {
        const cut = { message: expect.stringMatching(/cycle/) };
        expect(arrived, way).toMatchObject([
          { code: 'E_X', status: 503, config: { url: 'http://h/', error: cut } },
          {},
        ]);
        expect(member(arrived, '1'), way).toBe(member(arrived, '0'));
      }
    });

    test('U42 U48 an object that is met twice arrives as one, within errors and registered classes too', async () => {
      const shared = { id: 1 };
      const error = Object.assign(new Error('with rows'), { shared });
      const branch = new Branch('branch', [shared, error]);
      const value = { error, branches: [branch, branch], again: error, map: new Map([['branch', branch]]), shared };
      for (const [way, arrived] of await arrivals(Chosen, value)) {
        expect(member(arrived, 'again'), way).toBe(member(arrived, 'error'));
        expect(member(arrived, 'error', 'shared'), way).toBe(member(arrived, 'shared'));
        const first = member(arrived, 'branches', '0');
        expect(first, way).toBeInstanceOf(Branch);
        expect(member(arrived, 'branches', '1'), way).toBe(first);
        const map = member(arrived, 'map');
        expect(map instanceof Map && map.get('branch'), way).toBe(first);
        expect(member(first, 'kids', '0'), way).toBe(member(arrived, 'shared'));
        expect(member(first, 'kids', '1'), way).toBe(member(arrived, 'error'));
      }
    });

    test('U46 a tree of plain objects that know their parent arrives as that tree', async () => {
      const tree: Family = { name: 'root', kids: [{ name: 'kid', kids: [] }] };
      for (const kid of tree.kids) kid.parent = tree;
      for (const [way, arrived] of await arrivals(Chosen, tree)) {
        expect(member(arrived, 'kids', '0', 'name'), way).toBe('kid');
        expect(member(arrived, 'kids', '0', 'parent'), way).toBe(arrived);
      }
    });

    test('U48 a tree of a registered class that knows its parent is refused, at the same place by each serializer', async () => {
      await using actor = await Chosen.spawn();
      const tree = new Branch('root', undefined);
      tree.kids = [new Branch('kid', tree)];
      const path = '$[0]<class:Branch>.kids[0]<class:Branch>.kids';
      const refused = { name: 'SerializerError', code: 'UNSERIALIZABLE', executed: 'no' };
      expect(await failure(actor.echo(tree))).toMatchObject({ ...refused, path });
      expect(await failure(Chosen.spawn(tree))).toMatchObject({
        ...refused,
        path: expect.stringContaining(path.slice(4)),
      });
      expect(await actor.echo('and on')).toBe('and on');
    });
  });
}
