import { CHOICES, Forged, Forging, monster, Parcel, report } from '#fixtures/forging.js';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { FULL_MATRIX } from '../support/serializers.ts';

const MEGABYTE = 'x'.repeat(1_000_000);

/** The maximum that is kept of a message, of a stack and of a name, and the note about the omitted rest. */
const MAX_TEXT = 70_000;

const LOCAL_FRAME = '    at trusted (file:///home/user/bank.js:1:1)';

/** Returns the description of an error with a hundred nested causes. */
function deep(levels: number): object {
  return { name: 'Error', message: 'm', ...(levels > 0 && { cause: { error: deep(levels - 1) } }) };
}

/** Descriptions of errors that a peer may send, and the expected error. */
const FORGERIES: readonly (readonly [title: string, data: object, expected: object])[] = [
  ['an object for a name', { name: { toString: 1 }, message: 'm' }, { name: 'Error', classes: remote() }],
  ['lists for texts', { name: ['N'], message: ['m'], stack: [1] }, { name: 'Error', messageLength: 0 }],
  ['a name of a megabyte', { name: MEGABYTE, message: 'm' }, { classes: remote(), messageLength: 1 }],
  ['a hundred causes', deep(100), { causes: 17 }],
  [
    'the death of an actor',
    {
      name: 'ActorDiedError',
      message: 'm',
      library: 'ActorDiedError',
      properties: { code: 'ACTOR_DIED', executed: 'no' },
    },
    { name: 'ActorDiedError', classes: remote(), executed: 'yes' },
  ],
  [
    'a lost connection, after which the caller may try again',
    {
      name: 'RemoteError',
      message: 'm',
      library: 'ConnectionLostError',
      properties: { code: 'CLOSED', executed: 'no' },
    },
    { classes: remote(), executed: 'yes' },
  ],
  [
    'isActorDied',
    { name: 'E', message: 'm', properties: { isActorDied: true } },
    { keys: ['code', 'executed', 'isActorDied'] },
  ],
  [
    'members that hide others',
    {
      name: 'E',
      message: 'm',
      properties: JSON.parse(
        '{"message":"n","stack":"n","name":"n","cause":"n","constructor":"n","__proto__":{"x":1},"toString":1}',
      ),
    },
    { name: 'E', messageLength: 1, keys: ['code', 'executed'], causes: 0, text: 'E: m' },
  ],
  ['a class out of the prototype', { name: 'E', message: 'm', builtin: '__proto__' }, { classes: remote() }],
  ['a class that is a method', { name: 'E', message: 'm', registered: 'constructor' }, { classes: remote() }],
];

function remote(): readonly string[] {
  return ['RemoteError', 'UActorError', 'Error', 'Object'];
}

for (const serializer of CHOICES) {
  describe(`forged errors over ${serializer}`, () => {
    test('H44 H63 what they claim is not believed, whether thrown there or given to it', async () => {
      await using actor = await Forging.with({ serializer }).spawn();
      for (const [title, data, expected] of FORGERIES) {
        const thrown = report(await failure(actor.forge(data)));
        const given = await actor.look(new Forged(data));
        for (const found of [thrown, given]) {
          expect(found, title).toMatchObject(expected);
          expect(String(found.name).length, title).toBeLessThan(1_000);
          expect(found.stack, title).toContain('    --- in ');
        }
      }
      expect(await actor.echo('and on')).toBe('and on');
    });

    test('U48 a registered class is itself at both ends, wherever it lies, in another one too', async () => {
      await using actor = await Forging.with({ serializer }).spawn();
      const inner = new Parcel('inner', new Map([[1n, new Date(5)]]));
      const value = { parcels: [new Parcel('outer', inner), inner], set: new Set([inner]) };
      expect(await actor.isParcel(inner)).toBe(true);
      expect(await actor.echo(value)).toStrictEqual(value);
      const error = await failure(actor.echo([new Parcel('bad', { socket: Symbol('no') })]));
      expect(error).toMatchObject({ code: 'UNSERIALIZABLE', executed: 'no' });
      expect(String(error)).toContain('socket');
      expect(await failure(actor.echo(new Parcel('p', new Unknown())))).toMatchObject({ code: 'UNSERIALIZABLE' });
      expect(await actor.echo(inner)).toStrictEqual(inner);
    });

    // The limits on an error apply before a serializer encodes it.
    if (serializer !== 'msgpack' && !FULL_MATRIX) return;

    test('H63 a forged stack stands below the line that says whose it is, and is cut, as a message is', async () => {
      await using actor = await Forging.with({ serializer }).spawn();
      const stack = `Error: m\n${LOCAL_FRAME}\n${`${LOCAL_FRAME}\n`.repeat(30_000)}`;
      for (const found of [
        report(await failure(actor.forge({ name: 'Error', message: 'm', stack }))),
        await actor.look(new Forged({ name: 'Error', message: 'm', stack })),
      ]) {
        expect(found.stack.indexOf('    --- in ')).toBeLessThan(found.stack.indexOf(LOCAL_FRAME));
        expect(found.stack.indexOf('    --- in ')).toBeGreaterThan(0);
        expect(found.stack.length).toBeLessThan(MAX_TEXT);
      }
      const data = { name: 'Error', message: MEGABYTE };
      expect(report(await failure(actor.forge(data))).messageLength).toBeLessThan(MAX_TEXT);
      expect((await actor.look(new Forged(data))).messageLength).toBeLessThan(MAX_TEXT);
    });

    test('U42 H63 an error that is its own cause and member, with fields of a megabyte, arrives as one that ends', async () => {
      await using actor = await Forging.with({ serializer }).spawn();
      for (const found of [report(await failure(actor.throwMonster())), await actor.look(monster())]) {
        expect(found.classes[0]).toBe('AggregateError');
        expect(found.messageLength).toBeLessThan(MAX_TEXT);
        expect(found.causes).toBeLessThan(18);
      }
    });
  });
}

class Unknown {
  readonly known = false;
}
