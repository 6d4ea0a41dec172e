import { Failing, Overdrawn } from '#fixtures/failing.js';
import { Homing } from '#fixtures/homing.js';
import { type Remote, RemoteError, SerializerError, SyncManager } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { shared } from '../support/shared.ts';

const builtins = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };

describe('U42 a remote error', () => {
  const failing = shared(() => Failing.spawn('nowhere'));

  test.each(Object.entries(builtins))('U42 of the built-in class %s arrives as such', async (name, type) => {
    const actor = failing();
    const error = await failure(actor.throwBuiltin(name, 'as it was'));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ name, message: 'as it was', constructor: type });
  });

  test('U42 of a registered class arrives as such, with its properties', async () => {
    const actor = failing();
    const error = await failure(actor.throwRegistered());
    expect(error).toBeInstanceOf(Overdrawn);
    expect(error).toMatchObject({ message: 'you are short', missing: 12 });
  });

  test('U42 of any other class arrives as RemoteError with its name and properties', async () => {
    const actor = failing();
    const error = await failure(actor.throwUnknown());
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ name: 'Unheard', message: 'nobody knows me', code: 'E_UNHEARD', executed: 'yes' });
  });

  test('U42 brings its own enumerable properties', async () => {
    const actor = failing();
    const error = await failure(actor.throwWithProperties());
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: 'ENOENT', path: '/nowhere', details: { tries: [1, 2, 3] } });
  });

  test('U42 brings its causes', async () => {
    const actor = failing();
    const error = await failure(actor.throwWithCause());
    expect(error).toMatchObject({ message: 'outer', cause: { message: 'middle', cause: { plain: [1, 2] } } });
    expect(error instanceof Error && error.cause).toBeInstanceOf(TypeError);
  });

  test('U42 that is an AggregateError brings its errors', async () => {
    const actor = failing();
    const error = await failure(actor.throwAggregate());
    expect(error).toBeInstanceOf(AggregateError);
    const errors: unknown = error instanceof AggregateError ? error.errors : undefined;
    expect(errors).toEqual([expect.any(RangeError), 'second']);
    expect(errors).toMatchObject([{ message: 'first' }, 'second']);
  });

  test('U42 that is a DOMException keeps its name', async () => {
    const actor = failing();
    const error = await failure(actor.throwDom());
    expect(error).toBeInstanceOf(DOMException);
    expect(error).toMatchObject({ name: 'AbortError', message: 'it is too late' });
  });

  test.each([null, undefined, 'text', 42, 10n, { plain: [true] }, new Date(7), new Map([['a', 1]])])(
    'U42 that is no error arrives as it is: %o',
    async (value) => {
      const actor = failing();
      expect(await failure(actor.throwValue(value))).toEqual(value);
    },
  );

  test.each(['throwValue', 'rejectWith'] as const)(
    'U42 U72 that is no error arrives with its Blobs, thrown by %s',
    async (method) => {
      const actor = failing();
      expect(await textOf(await failure(actor[method](new Blob(['text']))))).toBe('text');
      const file = new File(['text'], 'note.txt', { type: 'text/plain' });
      const thrown = await failure(actor[method]({ file, files: [file] }));
      expect(thrown).toMatchObject({ file: { name: 'note.txt', type: 'text/plain' }, files: [{ name: 'note.txt' }] });
      expect(thrown instanceof Object && 'file' in thrown && (await textOf(thrown.file))).toBe('text');
    },
  );

  test('U42 U72 that is a Blob, thrown by a function of the caller, passes through the actor unchanged', async () => {
    await using actor = await Failing.spawn('nowhere');
    const thrown = await failure(actor.callBack(() => Promise.reject(new Blob(['text']))));
    expect(await textOf(thrown)).toBe('text');
  });

  test('U42 U72 that has another Blob each time it is read arrives as an error that says so', async () => {
    const actor = failing();
    const error = await failure(actor.throwFreshBlob());
    expect(error).toBeInstanceOf(SerializerError);
    expect(error).toMatchObject({ code: 'UNSERIALIZABLE', executed: 'yes', message: /getter creates/ });
    expect(await failure(actor.reject('again'))).toMatchObject({ message: 'again' });
  });

  test('U42 from a rejected promise arrives the same way', async () => {
    const actor = failing();
    const error = await failure(actor.reject('later'));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: 'later' });
  });

  test("U42 shows the caller's own line above the remote stack", async () => {
    const actor = failing();
    const error = await failure(callsIt(actor));
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const lines = stack.split('\n');
    expect(lines[0]).toBe('TypeError: look at my stack');
    const local = lines.findIndex((line) => /at .*callsIt .*errors\.test\.ts/.test(line));
    const border = lines.findIndex((line) => line.includes('--- in '));
    const remote = lines.findIndex((line) => /at .*reject .*failing\.js/.test(line));
    expect([local > 0, border > local, remote > border], stack).toEqual([true, true, true]);
  });

  test('U42 leaves the actor and the connection as they were', async () => {
    const actor = failing();
    await failure(actor.throwUnknown());
    expect(await failure(actor.reject('again'))).toMatchObject({ message: 'again' });
  });
});

describe('U42 executed', () => {
  test('U42 is yes for a method that ran and throws the refusal of a call that it made, from outside and at home', async () => {
    await using actor = await Homing.spawn();
    await using other = await Homing.spawn();
    expect(await failure(actor.charge(other))).toMatchObject({ code: 'NOT_EXPOSED', executed: 'yes' });
    expect(await actor.fateAtHome(actor, 'charge', other)).toEqual({ executed: 'yes', ran: 2 });
    expect(await failure(actor.write(actor))).toMatchObject({ code: 'READ_ONLY', executed: 'yes' });
    expect(await actor.fateAtHome(actor, 'write', actor)).toEqual({ executed: 'yes', ran: 4 });
  });

  test('U42 is yes for an iterator and a function at home, and for a method whose result cannot be handed out', async () => {
    await using actor = await Homing.spawn();
    await using other = await Homing.spawn();
    expect(await actor.fateOfReturned(other, actor, other)).toEqual([
      { executed: 'yes', ran: 1 },
      { executed: 'yes', ran: 2 },
    ]);
    expect(await actor.fateAtHome(actor, 'undefinedTypeid', other)).toEqual({ executed: 'yes', ran: 3 });
  });

  test('U42 is no at home for what came before the method', async () => {
    await using actor = await Homing.spawn();
    expect(await actor.fateAtHome(actor, 'nothingOfThatName', actor)).toEqual({ executed: 'no', ran: 0 });
  });

  test('U33 U42 is yes for the predicate of a condition', async () => {
    await using manager = await SyncManager.start();
    await using other = await Homing.spawn();
    using condition = await manager.Condition();
    await condition.acquire();
    const waiting = condition.waitFor(async () => await other.callMethod('nothingOfThatName', []));
    expect(await failure(waiting)).toMatchObject({ code: 'NOT_EXPOSED', executed: 'yes' });
    await condition.release();
  });
});

async function textOf(blob: unknown): Promise<string | undefined> {
  return blob instanceof Blob ? await blob.text() : undefined;
}

async function callsIt(actor: Remote<typeof Failing>): Promise<void> {
  await actor.reject('look at my stack');
}
