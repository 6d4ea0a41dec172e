import { describe, expect, test } from 'vitest';
import { ConnectionLostError, ProxyError } from '../../core/seam/errors.ts';
import type { Exposure } from '../../core/references/exposure.ts';
import { dropNow, Share, type ReferenceSession, RemoteReference } from '../../core/references/reference.ts';
import {
  afterEvent,
  Reconnect,
  RECONNECT_EDGES,
  type ReconnectEvent,
  type ReconnectState,
} from '../../core/references/reconnect.ts';
import { failure, thrown } from '../support/failure.ts';

const EXPOSURE: Exposure = { typeid: 'actor', methods: ['work'], properties: [] };
const STATES: readonly ReconnectState[] = ['standing', 'connecting', 'over'];
const EVENTS: readonly ReconnectEvent[] = ['call', 'call after loss', 'connected', 'failed', 'given up', 'abandoned'];

/** Written out again, so that the test notices a mistake in the table. */
const LEGAL = new Set([
  'standing, call: standing',
  'standing, call after loss: connecting',
  'standing, abandoned: over',
  'connecting, call: connecting',
  'connecting, call after loss: connecting',
  'connecting, given up: connecting',
  'connecting, connected: standing',
  'connecting, failed: standing',
  'connecting, abandoned: over',
  'over, connected: over',
  'over, failed: over',
]);

describe('the table of transitions', () => {
  for (const state of STATES) {
    for (const event of EVENTS) {
      const next = RECONNECT_EDGES[state][event];
      test(`U55 ${state}, ${event}: ${next ?? 'rejected'}`, () => {
        if (next === undefined) {
          expect([...LEGAL].filter((edge) => edge.startsWith(`${state}, ${event}: `))).toEqual([]);
          expect(thrown(() => afterEvent(state, event))).toMatchObject({ code: 'INVALID_STATE' });
        } else {
          expect(LEGAL.has(`${state}, ${event}: ${next}`)).toBe(true);
          expect(afterEvent(state, event)).toBe(next);
        }
      });
    }
  }
});

/** A session that is only open or closed, and counts the references released to it. */
class FakeSession implements ReferenceSession {
  readonly label = 'Fake';
  readonly peer = { instance: '0'.repeat(32), address: 'ipc:///fake', endpoints: [] };
  open = true;
  returned = 0;
  readonly ended = Promise.resolve(() => new ConnectionLostError('lost'));
  readonly reference: RemoteReference = new RemoteReference(this, 1, EXPOSURE);
  call(): Promise<unknown> {
    return Promise.resolve();
  }
  copy(): Promise<unknown> {
    return Promise.resolve();
  }
  callInBackground(): Promise<unknown> {
    return Promise.resolve();
  }
  control(): Promise<never> {
    return Promise.reject(new Error('nothing is asked of it'));
  }
  destroy(): void {}
  grant(): void {}
  observe(): void {}

  giveBack(): void {
    this.returned++;
  }
}

type Outcome = 'waiting' | 'begun' | 'rejected';

interface Made {
  readonly share: number;
  outcome: Outcome;
  settled: number;
  readonly controller: AbortController;
}

/** The effect of a step on the world; `undefined` where it does not apply. */
const STEPS = ['call 0', 'call 1', 'lose', 'connected', 'failed', 'give up', 'release 0', 'release 1'] as const;
type Step = (typeof STEPS)[number];

/** Two proxies of one `connect`, and all events that can affect them. */
class World {
  session = new FakeSession();
  readonly sessions = [this.session];
  readonly made: Made[] = [];
  readonly begun: number[] = [];
  attempts = 0;
  underWay = 0;
  pending: { resolve: (share: Share) => void; reject: (error: Error) => void; signal: AbortSignal } | undefined;
  readonly reconnect: Reconnect;
  readonly shares: Share[];

  constructor() {
    this.reconnect = new Reconnect((_lost, signal) => {
      this.attempts++;
      this.underWay++;
      expect(this.underWay, 'attempts under way').toBe(1);
      return new Promise((resolve, reject) => {
        this.pending = { resolve, reject, signal };
      });
    });
    const first = new Share(this.session.reference);
    first.renewBy(this.reconnect);
    const second = first.another({});
    if (second === undefined) throw new Error('the share was given back');
    this.shares = [first, second];
  }

  can(step: Step): boolean {
    if (step === 'lose') return this.session.open;
    if (step === 'connected' || step === 'failed') return this.pending !== undefined;
    if (step === 'give up') return this.made.some(({ outcome }) => outcome === 'waiting');
    return this.shares[Number(step.at(-1))]?.reference !== undefined && (step.startsWith('r') || this.made.length < 3);
  }

  do(step: Step): void {
    if (step === 'lose') this.session.open = false;
    else if (step === 'connected') this.#connected();
    else if (step === 'failed') this.#take().reject(new ConnectionLostError('no', { executed: 'maybe' }));
    else if (step === 'give up') this.made.find(({ outcome }) => outcome === 'waiting')?.controller.abort();
    else if (step.startsWith('call')) this.#call(Number(step.at(-1)));
    else {
      const share = this.shares[Number(step.at(-1))];
      if (share) dropNow(share);
    }
  }

  #take(): NonNullable<World['pending']> {
    const { pending } = this;
    if (pending === undefined) throw new Error('nobody connects');
    this.pending = undefined;
    this.underWay--;
    return pending;
  }

  #connected(): void {
    this.session = new FakeSession();
    this.sessions.push(this.session);
    this.#take().resolve(new Share(this.session.reference));
  }

  #call(index: number): void {
    const share = this.shares[index];
    if (share === undefined) return;
    const controller = new AbortController();
    const call: Made = { share: index, outcome: 'waiting', settled: 0, controller };
    const number = this.made.push(call) - 1;
    // The options belong to the proxy; a separate clone gives each call its own signal.
    const clone = share.another({ signal: controller.signal });
    const result = clone?.call((reference) => {
      expect(reference instanceof RemoteReference && reference.session).toBe(this.session);
      this.begun.push(number);
      call.outcome = 'begun';
      return Promise.resolve();
    });
    if (clone) dropNow(clone);
    result?.then(
      () => call.settled++,
      (error: unknown) => {
        call.settled++;
        if (call.outcome !== 'begun') call.outcome = 'rejected';
        if (!controller.signal.aborted) expect(error).toMatchObject({ executed: 'no' });
      },
    );
  }

  check(): void {
    expect(this.begun, 'calls begin in the order in which they were made').toEqual(
      this.begun.toSorted((a, b) => a - b),
    );
    const live = this.shares.filter(({ reference }) => reference !== undefined);
    const waiting = this.made.filter(({ outcome }) => outcome === 'waiting').length;
    if (this.reconnect.state === 'over') expect([live.length, waiting]).toEqual([0, 0]);
    else expect(live.length + waiting, 'somebody wants the connection').toBeGreaterThan(0);
    if (waiting > 0) expect(this.reconnect.state).toBe('connecting');
    if (this.reconnect.state === 'over' && this.pending) expect(this.pending.signal.aborted).toBe(true);
    if (this.reconnect.state === 'standing' && this.session.open) {
      for (const { reference } of live) expect(reference).toBe(this.session.reference);
    }
  }

  /** Lets everything finish: each call has settled once, and no reference is held. */
  async finish(): Promise<void> {
    if (this.pending) this.#connected();
    await settle();
    for (const share of this.shares) dropNow(share);
    await settle();
    for (const call of this.made) expect(call.settled).toBe(1);
    for (const session of this.sessions) expect(session.returned, 'given back once').toBe(1);
    expect(this.reconnect.state).toBe('over');
  }
}

/** Promises settle within a few turns of the microtask queue. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}

async function replay(steps: readonly Step[]): Promise<World | undefined> {
  const world = new World();
  for (const step of steps) {
    if (!world.can(step)) return undefined;
    world.do(step);
    await settle();
    world.check();
  }
  return world;
}

test('U55 U57 in every interleaving of two proxies, calls settle once, in order, over one new connection at a time', async () => {
  let walked = 0;
  const walk = async (steps: readonly Step[], depth: number): Promise<void> => {
    for (const step of STEPS) {
      const longer = [...steps, step];
      const world = await replay(longer);
      if (world === undefined) continue;
      await world.finish();
      walked++;
      if (depth > 1) await walk(longer, depth - 1);
    }
  };
  await walk([], 5);
  expect(walked).toBeGreaterThan(1_000);
});

test('U55 clones share the connection that one of them renewed', async () => {
  const world = new World();
  world.do('lose');
  world.do('call 0');
  world.do('connected');
  await settle();
  expect(world.shares[1]?.reference).toBe(world.session.reference);
  world.do('call 1');
  await settle();
  expect([world.attempts, world.begun]).toEqual([1, [0, 1]]);
  await world.finish();
});

test('U57 U70 a call that an ending actor did not begin is repeated over the next connection', async () => {
  const [leaving, next] = [new FakeSession(), new FakeSession()];
  const refusal = new ProxyError('it ends', { code: 'SHUTTING_DOWN' });
  const attempts: RemoteReference[] = [];
  let arrive: ((share: Share) => void) | undefined;
  const reconnect = new Reconnect(
    async (lost) => {
      attempts.push(lost);
      return await new Promise((resolve) => {
        arrive = resolve;
      });
    },
    () => undefined,
    undefined,
    (error) => error === refusal,
  );
  const share = new Share(leaving.reference);
  share.renewBy(reconnect);
  const made: string[] = [];
  const call = (name: string): Promise<unknown> | undefined =>
    share.call(async (reference) => {
      made.push(`${name} ${reference === leaving.reference ? 'leaving' : 'next'}`);
      await Promise.resolve();
      if (reference === leaving.reference) throw refusal;
      return name;
    });
  const [first, second] = [call('first'), call('second')];
  await settle();
  // Calls made meanwhile do not use the actor that is leaving.
  const third = call('third');
  await settle();
  expect(attempts).toEqual([leaving.reference]);
  arrive?.(new Share(next.reference));
  expect(await Promise.all([first, second, third])).toEqual(['first', 'second', 'third']);
  expect(made).toEqual(['first leaving', 'second leaving', 'first next', 'second next', 'third next']);
  const other = new Error('another reason');
  expect(await failure(share.call(() => Promise.reject(other)) ?? Promise.resolve())).toBe(other);
  dropNow(share);
});

test('U57 F59 many calls that wait for the connection with one signal are cancelled at once, without a warning', async () => {
  const warnings: Error[] = [];
  const listener = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listener);
  const world = new World();
  world.do('lose');
  const controller = new AbortController();
  const aborting = world.shares[0]?.another({ signal: controller.signal });
  const given = Array.from({ length: 1_000 }, () =>
    failure(aborting?.call(() => Promise.resolve()) ?? Promise.resolve()),
  );
  world.do('call 1');
  controller.abort(new RangeError('enough'));
  for (const error of await Promise.all(given)) expect(error).toBe(controller.signal.reason);
  expect(world.made[0]?.outcome).toBe('waiting');
  // Warnings are emitted in a later turn.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  process.off('warning', listener);
  expect(warnings).toEqual([]);
  if (aborting) dropNow(aborting);
  await world.finish();
});

test('F53 a deadline ends only its own call while the call waits for the connection', async () => {
  const world = new World();
  world.do('lose');
  world.do('call 1');
  const patient = world.shares[0]?.another({ timeout: 20 });
  const error = await failure(patient?.call(() => Promise.resolve()) ?? Promise.resolve());
  expect(error).toMatchObject({ name: 'TimeoutError', executed: 'no' });
  expect(world.made[0]?.outcome).toBe('waiting');
  if (patient) dropNow(patient);
  await world.finish();
});

test('U57 a call whose signal has aborted, or whose time is over, does not make the process reconnect', async () => {
  const world = new World();
  world.do('lose');
  const reason = new RangeError('too late');
  const aborted = world.shares[0]?.another({ signal: AbortSignal.abort(reason) });
  const late = world.shares[0]?.another({ timeout: 0 });
  if (aborted === undefined || late === undefined) throw new Error('there was no share');
  expect(await failure(aborted.call(nothing) ?? nothing())).toBe(reason);
  expect(await failure(late.call(nothing) ?? nothing())).toMatchObject({ name: 'TimeoutError', executed: 'no' });
  expect([world.attempts, world.reconnect.state]).toEqual([0, 'standing']);
  for (const share of [aborted, late]) dropNow(share);
  await world.finish();
});

test('U57 a call that begins can abort another one that was waiting, which then begins with an aborted signal', async () => {
  const world = new World();
  world.do('lose');
  const controller = new AbortController();
  const [one] = world.shares;
  const other = one?.another({ signal: controller.signal });
  if (one === undefined || other === undefined) throw new Error('there was no share');
  const seen: unknown[] = [];
  const calls = [
    one.call(() => {
      controller.abort();
      return nothing();
    }),
    other.call((_reference, options) => {
      seen.push(options?.signal?.aborted);
      return nothing();
    }),
  ];
  world.do('connected');
  await Promise.all(calls.map((call) => call ?? nothing()));
  expect([seen, world.reconnect.state]).toEqual([[true], 'standing']);
  dropNow(other);
  await world.finish();
});

test('U57 an actor that was released during the connection attempt fails the waiting calls, unsent', async () => {
  const lost = new FakeSession();
  const gone = new Share(new FakeSession().reference);
  const reconnect = new Reconnect(() => {
    dropNow(gone);
    return Promise.resolve(gone);
  });
  const share = new Share(lost.reference);
  share.renewBy(reconnect);
  lost.open = false;
  expect(await failure(share.call(nothing) ?? nothing())).toMatchObject({ code: 'UNREACHABLE', executed: 'no' });
  expect(reconnect.state).toBe('standing');
  dropNow(share);
});

test('U70 a refused call of a released proxy rejects, and does not reconnect', async () => {
  const session = new FakeSession();
  const attempts: RemoteReference[] = [];
  const refusal = new ProxyError('it ends', { code: 'SHUTTING_DOWN' });
  const reconnect = new Reconnect(
    (lost) => {
      attempts.push(lost);
      return Promise.resolve(new Share(session.reference));
    },
    undefined,
    undefined,
    (error) => error === refusal,
  );
  const share = new Share(session.reference);
  share.renewBy(reconnect);
  const call = failure(share.call(() => Promise.reject(refusal)) ?? nothing());
  dropNow(share);
  expect(await call).toBe(refusal);
  expect([attempts, reconnect.state]).toEqual([[], 'over']);
});

test('U37 a released proxy in two waiting values keeps its reference until both were sent', () => {
  const session = new FakeSession();
  const share = new Share(session.reference);
  share.pin();
  share.pin();
  dropNow(share);
  share.unpin();
  expect([share.sendable, session.returned]).toEqual([session.reference, 0]);
  share.unpin();
  expect([share.sendable, session.returned]).toEqual([undefined, 1]);
});

function nothing(): Promise<void> {
  return Promise.resolve();
}
