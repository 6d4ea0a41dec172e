import { join } from 'node:path';
import { Held } from '#fixtures/held.js';
import { type ActorOptions, release, type Remote } from 'uactor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { scratch } from '../support/leaks.ts';
import { FULL_MATRIX } from '../support/serializers.ts';

/** The sender hands a proxy of the owner's object to the receiver; no other process has one. */
interface Cast {
  readonly owner: Remote<typeof Held>;
  readonly sender: Remote<typeof Held>;
  readonly receiver: Remote<typeof Held>;
}

/** A moment at which the hand-over is stopped. */
interface Moment {
  readonly name: string;
  /** The process that holds back its messages, and their receiver. */
  readonly holds: keyof Cast;
  readonly to: keyof Cast | 'accepted';
  /** Whether the owner knows the ticket at that moment. */
  readonly granted: boolean;
}

const MOMENTS: readonly Moment[] = [
  { name: 'the message to the receiver is under way', holds: 'sender', to: 'receiver', granted: true },
  { name: 'the grant is under way, and the claim has overtaken it', holds: 'sender', to: 'owner', granted: false },
  { name: 'the claim is under way', holds: 'receiver', to: 'owner', granted: true },
  { name: 'the answer to the claim is under way', holds: 'owner', to: 'accepted', granted: false },
];

/** The transport and the serializer of the hand-over. */
interface Way {
  readonly name: string;
  readonly options: () => ActorOptions;
  /** The error about the death of a process that this one has not spawned: the network may have failed instead. */
  readonly death: string;
}

const WAYS: readonly Way[] = [
  {
    name: 'a Unix socket, superjson',
    options: () => ({ address: `held+ipc://${join(scratch, `${number++}.sock`)}` }),
    death: 'ActorDiedError',
  },
  {
    name: 'TLS, msgpack',
    options: () => ({ address: 'held+tcp://127.0.0.1:0', serializer: 'msgpack' }),
    death: 'ConnectionLostError',
  },
];

const TICKET_MS = 2_000;
/** The owner itself, and the object that keeps the receiver's connection open. */
const OTHERS = 2;

let number = 0;
let cast: Cast;

/** Starts three actors: the sender holds the owner's thing, and the receiver holds another object of the owner's. */
async function gather(way: Way): Promise<void> {
  const [owner, sender, receiver] = await Promise.all([spawn(way), spawn(way), spawn(way)]);
  cast = { owner, sender, receiver };
  const thing = await owner.make('thing');
  const anchor = await owner.make('anchor');
  await sender.keep('thing', thing);
  await sender.keep('to', receiver);
  await receiver.keep('anchor', anchor);
  for (const each of [thing, anchor]) release(each);
  await eventually(async () => expect(await owner.stats()).toMatchObject({ objects: 3, references: 3, tickets: 0 }));
}

afterEach(async () => {
  await Promise.all(Object.values(cast).map((actor) => actor.shutdown()));
});

function spawn({ options }: Way): Promise<Remote<typeof Held>> {
  return Held.with({ ...options(), limits: { ticketMs: TICKET_MS } }).spawn();
}

/** Every moment over one transport, and one moment over the others: the transport only changes how a death appears. */
const MOMENTS_AND_WAYS = WAYS.flatMap((way, index) =>
  MOMENTS.filter(({ name }) => FULL_MATRIX || index === 0 || name === 'the claim is under way').map((moment) => ({
    ...moment,
    way,
  })),
);

describe.each(MOMENTS_AND_WAYS)('while $name, over $way.name', (moment) => {
  beforeEach(() => gather(moment.way));

  test('U37 F05 the object lives, and the receiver gets it when all processes continue', async () => {
    const { outcome, goOn } = await standStill(moment);
    expect(await cast.owner.stats()).toMatchObject({ objects: OTHERS + 1 });
    await goOn();
    expect(await outcome).toBe('handed over');
    expect(await cast.receiver.use('thing')).toBe('thing 1');
    await eventually(async () => expect(await cast.owner.stats()).toMatchObject({ references: 3, tickets: 0 }));
    await cast.receiver.drop('thing');
    await eventually(async () => expect(await cast.owner.stats()).toMatchObject({ objects: OTHERS, references: 2 }));
  });

  test('U37 F06 the sender dies: its call does not run any more, and nothing remains', async () => {
    const { outcome, goOn } = await standStill(moment);
    await kill('sender');
    expect(await outcome).toBe('ActorDiedError');
    await eventually(async () => expect(await cast.receiver.stats()).toMatchObject({ sessions: 2 }));
    if (moment.holds !== 'sender') await goOn();
    await onlyOthersAreLeft(OTHERS);
    expect(await cast.receiver.kept('thing')).toBeUndefined();
    expect(await cast.receiver.use('anchor')).toBe('anchor 1');
  });

  test('U37 F06 the receiver dies: the sender gets an error, and the object goes when the ticket expires', async () => {
    const { outcome, goOn } = await standStill(moment);
    await kill('receiver');
    expect(await outcome).toBe(moment.way.death);
    if (moment.holds !== 'receiver') await goOn();
    await onlyOthersAreLeft(OTHERS - 1);
    expect(await cast.sender.echo('alive')).toBe('alive');
  });

  test('U37 the owner dies: sender and receiver get an error', async () => {
    const { outcome, goOn } = await standStill(moment);
    await kill('owner');
    if (moment.holds !== 'owner') await goOn();
    // The claim reaches no process, or gets no reply.
    expect(await outcome).toMatch(/^(?:ActorDiedError|ActorUnreachableError|ConnectionLostError)$/);
    expect(await cast.receiver.kept('thing')).toBeUndefined();
    expect(await cast.receiver.echo('alive')).toBe('alive');
    expect(await cast.sender.echo('alive')).toBe('alive');
  });
});

test.each(WAYS)('U37 an unclaimed ticket expires, and a later claim is rejected, over $name', async (way) => {
  await gather(way);
  const { owner, sender, receiver } = cast;
  const { outcome, goOn } = await standStill({ name: '', holds: 'sender', to: 'receiver', granted: true });
  expect(await owner.stats()).toMatchObject({ objects: 3, tickets: 1 });
  await eventually(async () => expect(await owner.stats()).toMatchObject({ objects: OTHERS, tickets: 0 }));
  await goOn();
  expect(await outcome).toBe('ProxyError');
  expect(await receiver.kept('thing')).toBeUndefined();
  expect(await sender.echo('alive')).toBe('alive');
});

/** Begins the hand-over, and waits until it has reached the moment at which it is stopped. */
async function standStill(
  moment: Moment,
): Promise<{ readonly outcome: Promise<string>; readonly goOn: () => Promise<void> }> {
  const holder = cast[moment.holds];
  const to = moment.to === 'accepted' ? moment.to : (cast[moment.to].connectionAddress ?? '');
  await holder.hold(to);
  const outcome = cast.sender.passKept('thing').then(
    () => 'handed over',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
  await eventually(async () => {
    expect(await holder.heldBack(to)).toBeGreaterThan(0);
    const { tickets, callsRunning } = await cast.owner.stats();
    if (moment.granted) expect(tickets).toBe(1);
    // This is the claim, which waits for its grant.
    if (moment.holds === 'sender' && !moment.granted) expect(callsRunning).toBe(1);
  });
  return { outcome, goOn: () => holder.letGo(to) };
}

async function kill(who: keyof Cast): Promise<void> {
  process.kill(await cast[who].pid(), 'SIGKILL');
}

/** Waits until only this many objects of the owner's are left, each with one reference, and no ticket. */
async function onlyOthersAreLeft(objects: number): Promise<void> {
  await eventually(async () => {
    expect(await cast.owner.stats()).toMatchObject({ objects, references: objects, tickets: 0 });
  });
}
