import { RemoteError, SerializerError, TimeoutError, callOptions, release, stats } from 'uactor';
import { Faulty } from '#fixtures/faulty.js';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { eventually } from '../support/eventually.ts';
import { shared } from '../support/shared.ts';

const faulty = shared(() => Faulty.spawn());

describe('a call whose values cannot be sent', () => {
  test.each([
    ['a symbol', { rows: [1, { socket: Symbol('socket') }] }, '$[1].rows[1].socket'],
    ['a WeakMap', { map: new WeakMap() }, '$[1].map'],
    ['a value that throws when it is read', throwingGetter(), '$[1].value'],
    ['an object of an unknown class with private state', { timer: new Hidden() }, '$[1].timer'],
  ])('F07 with %s among the arguments rejects with the path, and nothing is sent', async (_what, value, path) => {
    const actor = faulty();
    const marks = await actor.marks();
    const before = stats();
    const pending = actor.take(doNothing, value);
    expect(stats()).toEqual(before);
    await expect(pending).rejects.toMatchObject({ code: 'UNSERIALIZABLE', path, executed: 'no' });
    await expect(pending).rejects.toBeInstanceOf(SerializerError);
    expect(await actor.marks()).toBe(marks);
  });

  test.each([
    ['returnSymbol', '$.rows[1].socket'],
    ['returnWeakMap', '$.map'],
    ['returnThrowingGetter', '$.value'],
  ] as const)(
    'F07 %s: a result that cannot be sent rejects with its path, and counts as executed',
    async (harm, path) => {
      const actor = faulty();
      await expect(actor.harm(harm)).rejects.toMatchObject({ code: 'UNSERIALIZABLE', path, executed: 'yes' });
      expect(await actor.echo('still there')).toBe('still there');
    },
  );

  test('F07 a proxy beside a value that cannot be sent is not counted for the receiver', async () => {
    const actor = faulty();
    const leaf = await actor.leaf();
    const before = stats();
    await expect(actor.take(leaf, Symbol('no'))).rejects.toBeInstanceOf(SerializerError);
    expect(stats()).toEqual(before);
    expect(await leaf.value()).toBeTypeOf('number');
    release(leaf);
  });
});

describe('a deadline', () => {
  test('F10 rejects the call once, and the late reply is dropped with its references', async () => {
    await using own = await Faulty.spawn();
    const late = await failure(callOptions(own, { timeout: 20 }).waitForGate());
    expect(late).toBeInstanceOf(TimeoutError);
    expect(late).toMatchObject({ name: 'TimeoutError', code: 'TIMEOUT', executed: 'maybe' });
    expect(stats()).toMatchObject({ callsInFlight: 1, imports: 2 });
    await own.openGate();
    await eventually(() => expect(stats()).toMatchObject({ callsInFlight: 0, imports: 2 }));
    expect(await own.marks()).toBe(1);
    await eventually(async () => expect(await own.liveLeaves()).toBe(0));
  });

  test('F44 of 0 or less does not wait, and nothing is sent', async () => {
    const actor = faulty();
    const marks = await actor.marks();
    for (const timeout of [0, -1, -Infinity]) {
      const error = await failure(callOptions(actor, { timeout }).mark());
      expect(error).toMatchObject({ name: 'TimeoutError', executed: 'no' });
    }
    expect(await actor.marks()).toBe(marks);
  });

  test('F44 that is not a number causes a TypeError at once', async () => {
    const actor = faulty();
    expect(() => callOptions(actor, { timeout: Number.NaN })).toThrow(/timeout must be a number of milliseconds/);
  });

  test('F44 above the maximum of a timer waits without limit', async () => {
    const actor = faulty();
    for (const timeout of [Infinity, 2 ** 31, 2 ** 53]) {
      expect(await callOptions(actor, { timeout }).later(7)).toBe(7);
    }
  });

  test('F44 and other durations never overflow into a timer that fires at once', async () => {
    for (const options of [{ spawnTimeout: Number.NaN }, { shutdownTimeout: Number.NaN }]) {
      expect(() => Faulty.with(options)).toThrow(TypeError);
    }
    for (const ms of [Infinity, 2 ** 31, 2 ** 40]) {
      // A message cannot be longer, so a larger value would be refused.
      const maxMessageBytes = ms === Infinity ? ms : Math.min(ms, 2 ** 32 - 1);
      const limits = { slowConsumerMs: ms, handshakeMs: ms, ticketMs: ms, maxMessageBytes, highWaterBytes: ms };
      const Patient = Faulty.with({ spawnTimeout: ms, shutdownTimeout: ms, limits });
      await using patient = await Patient.spawn();
      const address = patient.connectionAddress;
      if (address === undefined) throw new Error('the actor listens nowhere');
      const other = await Patient.connect(address, { ownConnection: true });
      expect(await other.later(1)).toBe(1);
      release(other);
    }
  });
});

test('F11 a cancellation that races the reply has one outcome each time, 10,000 times, and leaves nothing behind', async () => {
  await using actor = await Faulty.spawn();
  const rounds = 100;
  const perRound = 100;
  const outcomes = { fulfilled: 0, rejected: 0 };
  for (let round = 0; round < rounds; round++) {
    const controllers = Array.from({ length: perRound }, () => new AbortController());
    const calls = controllers.map(({ signal }, index) => callOptions(actor, { signal }).later(index));
    abortFrom(controllers, 0);
    const settled = await Promise.allSettled(calls);
    for (const [index, outcome] of settled.entries()) {
      if (outcome.status === 'fulfilled') expect(outcome.value).toBe(index);
      else expect(outcome.reason).toBe(controllers[index]?.signal.reason);
      outcomes[outcome.status]++;
    }
  }
  expect(outcomes.fulfilled + outcomes.rejected).toBe(rounds * perRound);
  expect(outcomes.fulfilled).toBeGreaterThan(0);
  expect(outcomes.rejected).toBeGreaterThan(0);
  await eventually(() => expect(stats()).toMatchObject({ callsInFlight: 0, imports: 2, references: 0 }));
  expect(await actor.aborts()).toBeGreaterThan(0);
});

describe('a method that throws', () => {
  test.each([
    ['throwNull', null],
    ['throwString', 'just text'],
    ['throwBareObject', {}],
  ] as const)('F12 %s: a thrown value that is not an error arrives unchanged', async (harm, thrown) => {
    const actor = faulty();
    expect(await failure(actor.harm(harm))).toEqual(thrown);
  });

  test.each([
    ['throwFrozen', RangeError, 'frozen'],
    ['throwProxy', RemoteError, 'behind a proxy'],
    ['throwGetter', Error, '[the message of this error cannot be read]'],
    ['throwUnserialisable', TypeError, 'with a socket'],
  ] as const)('F12 %s: an error arrives with its readable parts', async (harm, type, message) => {
    const actor = faulty();
    const error = await failure(actor.harm(harm));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ message });
  });

  test.each(['throwSymbol', 'throwRevoked', 'throwHostileProxy'] as const)(
    'F12 %s: an unsendable thrown value becomes a SerializerError that counts as executed',
    async (harm) => {
      const actor = faulty();
      const error = await failure(actor.harm(harm));
      expect(error).toBeInstanceOf(SerializerError);
      expect(error).toMatchObject({ code: 'UNSERIALIZABLE', executed: 'yes' });
    },
  );

  test('F12 a cycle of causes is cut', async () => {
    const actor = faulty();
    const error = await failure(actor.harm('throwCyclicCause'));
    expect(error).toMatchObject({ message: 'outer', cause: { message: 'inner', cause: { message: /cycle/ } } });
  });

  test('F12 the errors of an AggregateError arrive with it', async () => {
    const actor = faulty();
    const error = await failure(actor.harm('throwAggregate'));
    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toMatchObject({ errors: [{ name: 'RangeError', message: 'one' }, 'two', { three: 3 }] });
  });

  test('F12 a message of 10 MB is cut, and says so', async () => {
    const actor = faulty();
    const error = await failure(actor.harm('throwHuge'));
    if (!(error instanceof Error)) throw new Error('no error arrived');
    expect(error.message.length).toBeLessThan(70_000);
    expect(error.message).toMatch(/^x+… \d+ more characters$/);
    expect(await actor.echo(1)).toBe(1);
  });
});

async function doNothing(): Promise<void> {}

class Hidden {
  readonly #secret = 1;

  reveal(): number {
    return this.#secret;
  }
}

function throwingGetter(): object {
  return {
    get value(): never {
      throw new RangeError('this getter throws');
    },
  };
}

/** Aborts the controllers one after the other, each in its own turn, so that they meet the replies at all stages. */
function abortFrom(controllers: readonly AbortController[], index: number): void {
  const controller = controllers[index];
  if (controller === undefined) return;
  controller.abort();
  if (index % 3 === 0) setImmediate(() => abortFrom(controllers, index + 1));
  else process.nextTick(() => abortFrom(controllers, index + 1));
}
