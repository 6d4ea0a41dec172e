import { Random } from './random.ts';

/** The caller: the main process, which owns the actors, or another one, which connected to the first of them. */
export type Client = 'main' | 'other';

/** The action of one step of a program. */
export type Operation =
  | {
      readonly kind:
        | 'echo'
        | 'fail'
        | 'never'
        | 'callback'
        | 'reentrant'
        | 'lock'
        | 'rlock'
        | 'semaphore'
        | 'condition';
    }
  | { readonly kind: 'size' | 'bytes' | 'relayed' | 'rows' | 'block' | 'slow'; readonly amount: number }
  | { readonly kind: 'swap' | 'flood'; readonly times: number; readonly amount: number }
  | { readonly kind: 'ask' | 'handOn'; readonly to: number }
  /** `later` is the time between receiving the proxy and passing it on, in milliseconds. */
  | { readonly kind: 'keep'; readonly to: number; readonly later?: number }
  /** Passes on a proxy of an actor that has this many earlier calls, each of which keeps it busy for `amount` milliseconds. */
  | { readonly kind: 'busy'; readonly to: number; readonly times: number; readonly amount: number }
  | { readonly kind: 'task' | 'supervised'; readonly amount: number }
  | { readonly kind: 'give' | 'askKept' | 'forget' | 'put' | 'get' | 'collect' | 'pooled' | 'push' | 'child' };

/** One step: its action, caller, actor and time. */
export type Step = Operation & {
  readonly at: number;
  readonly client: Client;
  readonly worker: number;
  /** The call's deadline, in milliseconds. */
  readonly timeout?: number;
  /** The time at which its signal aborts, in milliseconds after the call. */
  readonly abort?: number;
};

/** A fault during the program. */
export type Fault =
  | { readonly at: number; readonly kind: 'stop'; readonly worker: number; readonly ms: number }
  | { readonly at: number; readonly kind: 'kill'; readonly worker: number }
  | { readonly at: number; readonly kind: 'unreachable'; readonly worker: 0; readonly ms: number }
  | { readonly at: number; readonly kind: 'reset' | 'hole' | OwnedFault };

/** A fault of an object that the main process owns besides its workers. */
export type OwnedFault = 'killMember' | 'killTasker' | 'killSupervised';

/** A random program, as data: it can be shrunk, printed and run again. */
export interface Program {
  readonly seed: number;
  readonly workers: number;
  readonly latencyMs: number;
  readonly capacityBytes: number;
  readonly cutting: number;
  readonly highWaterBytes: number;
  readonly maxCallsInFlight: number;
  readonly serializer: string;
  /** Whether the main process has a pool of actors, a manager, a pool for tasks, and a supervised actor. */
  readonly pool: boolean;
  readonly manager: boolean;
  readonly tasks: boolean;
  readonly supervised: boolean;
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
}

const KINDS: readonly (readonly [number, (random: Random, workers: number) => Operation])[] = [
  [10, () => ({ kind: 'echo' })],
  [3, () => ({ kind: 'fail' })],
  [3, () => ({ kind: 'never' })],
  [4, (random) => ({ kind: 'slow', amount: random.below(2_000) })],
  [4, (random) => ({ kind: 'size', amount: sizeOf(random) })],
  [3, (random) => ({ kind: 'bytes', amount: sizeOf(random) })],
  [4, () => ({ kind: 'callback' })],
  [2, (random) => ({ kind: 'swap', times: 1 + random.below(6), amount: sizeOf(random) })],
  [2, () => ({ kind: 'reentrant' })],
  [3, (random) => ({ kind: 'rows', amount: random.below(20) })],
  [7, (random, workers) => ({ kind: 'keep', to: random.below(workers) })],
  [6, () => ({ kind: 'give' })],
  [4, () => ({ kind: 'askKept' })],
  [2, () => ({ kind: 'forget' })],
  [3, (random, workers) => ({ kind: 'ask', to: random.below(workers) })],
  [2, (random) => ({ kind: 'relayed', amount: random.below(100) })],
  [3, (random, workers) => ({ kind: 'handOn', to: random.below(workers) })],
  [1, (random) => ({ kind: 'flood', times: 4 + random.below(5), amount: 100_000 + random.below(100_000) })],
  [2, (random) => ({ kind: 'block', amount: 10 + random.below(300) })],
  [1, (random, workers) => ({ kind: 'busy', to: random.below(workers), times: 50, amount: 120 + random.below(40) })],
  [3, () => ({ kind: 'lock' })],
  [3, () => ({ kind: 'rlock' })],
  [3, () => ({ kind: 'semaphore' })],
  [3, () => ({ kind: 'condition' })],
  [4, () => ({ kind: 'put' })],
  [4, () => ({ kind: 'get' })],
  [2, () => ({ kind: 'collect' })],
  [3, () => ({ kind: 'pooled' })],
  [3, () => ({ kind: 'push' })],
  [1, () => ({ kind: 'child' })],
  [2, (random) => ({ kind: 'task', amount: random.below(200) })],
  [2, (random) => ({ kind: 'supervised', amount: random.below(200) })],
];

/** The limit of calls in flight in narrow programs: calls that only another call ends can take up all of it, so each has a deadline. */
const NARROW = 2;
/** The maximum of these deadlines, in milliseconds. */
export const NARROW_MS = 400;
const WAITS_FOR_OTHERS: ReadonlySet<Operation['kind']> = new Set([
  'relayed',
  'handOn',
  'lock',
  'rlock',
  'semaphore',
  'condition',
  'put',
  'get',
]);
const WEIGHT = KINDS.reduce((sum, [weight]) => sum + weight, 0);

function sizeOf(random: Random): number {
  return random.chance(0.7) ? random.below(2_000) : random.below(150_000);
}

function operation(random: Random, workers: number): Operation {
  let at = random.below(WEIGHT);
  for (const [weight, make] of KINDS) {
    at -= weight;
    if (at < 0) return make(random, workers);
  }
  return { kind: 'echo' };
}

const FULL_BYTES = 65_536;
const ROOMY_BYTES = 16_777_216;
/** Less than one call of a backlog fits in the pipe: two calls that arrive together would keep their actor busy at the same time. */
const BACKLOG_BYTES = 16_384;

/** Returns the program of a seed. */
export function programOf(seed: number): Program {
  const random = new Random(seed);
  const workers = 2 + random.below(3);
  const lengthMs = random.pick([50, 500, 5_000]);
  const maxCallsInFlight = random.pick([NARROW, 64, 64, 16_384, 16_384]);
  const steps: Step[] = [];
  for (let count = 8 + random.below(30); count > 0; count--) {
    const client = random.chance(0.7) ? 'main' : 'other';
    const step = {
      ...operation(random, workers),
      at: random.chance(0.3) ? 0 : random.below(lengthMs),
      client,
      // The other process knows only the first actor.
      worker: client === 'other' ? 0 : random.below(workers),
    } as const;
    if (maxCallsInFlight === NARROW && WAITS_FOR_OTHERS.has(step.kind)) {
      steps.push({ ...step, timeout: 1 + random.below(NARROW_MS) });
      continue;
    }
    const ends = random.chance(0.2) || step.kind === 'never';
    if (!ends) steps.push(step);
    else if (random.chance(0.6)) steps.push({ ...step, timeout: 1 + random.below(lengthMs) });
    else steps.push({ ...step, abort: random.below(lengthMs) });
  }
  const flooded = steps.some(({ kind }) => kind === 'flood');
  // Only one backlog: calls after two of them could not end in time.
  const backlog = steps.find(({ kind }) => kind === 'busy');
  const { faults, during } = faultsOf(random, workers, lengthMs);
  steps.push(...during);
  return {
    seed,
    workers,
    latencyMs: random.pick([0.2, 2, 30]),
    // A flood has to pass in time, and reaches the limit that it tests.
    capacityBytes: flooded ? FULL_BYTES : backlog ? BACKLOG_BYTES : random.pick([2_048, 16_384, FULL_BYTES]),
    cutting: random.next() * 0.6,
    highWaterBytes: flooded ? FULL_BYTES : backlog ? ROOMY_BYTES : random.pick([FULL_BYTES, ROOMY_BYTES]),
    maxCallsInFlight,
    serializer: random.pick(['msgpack', 'superjson', 'protobuf']),
    pool: steps.some(({ kind }) => kind === 'pooled'),
    manager: steps.some(({ kind }) => kind === 'push'),
    tasks: steps.some(({ kind }) => kind === 'task'),
    supervised: steps.some(({ kind }) => kind === 'supervised'),
    steps: steps
      .filter((step) => step.kind !== 'busy' || step === backlog)
      .toSorted((left, right) => left.at - right.at),
    faults,
  };
}

/** Returns the faults, and steps that meet one. */
function faultsOf(random: Random, workers: number, lengthMs: number): { faults: Fault[]; during: Step[] } {
  const faults: Fault[] = [];
  const during: Step[] = [];
  while (random.chance(0.4)) {
    const at = random.below(lengthMs);
    const worker = random.below(workers);
    const kind = random.pick(FAULTS);
    if (kind === 'stop') {
      if (random.chance(0.7)) {
        faults.push({ at, kind, worker, ms: random.below(3_000) });
        continue;
      }
      faults.push({ at: at + HAND_OVER_MS, kind, worker, ms: STOPPED_MS });
      during.push(...claimsOf(random, at, worker, (worker + 1 + random.below(workers - 1)) % workers));
    } else if (kind === 'kill') faults.push({ at, kind, worker });
    else if (kind === 'unreachable') {
      const ms = 100 + random.below(3_000);
      faults.push({ at, kind, worker: 0, ms });
      // The other process calls while its connection is being renewed.
      for (let count = 1 + random.below(3); count > 0; count--) {
        const when = { at: at + 1 + random.below(ms), client: 'other', worker: 0 } as const;
        during.push({ kind: 'echo', ...when, timeout: 1 + random.below(ms) });
      }
    } else faults.push({ at, kind });
  }
  return { faults, during };
}

/** How long a process is stopped that must not continue in time for the calls that wait for it, in milliseconds. */
const STOPPED_MS = 60_000;
/** How long before that a process receives the proxy that it then passes on, in milliseconds. */
const HAND_OVER_MS = 1_500;

/** Passes proxies of an actor to another one before and after the first one is stopped, and makes a call after them. */
function claimsOf(random: Random, at: number, stopped: number, worker: number): Step[] {
  const later = HAND_OVER_MS + 1 + random.below(1_000);
  const step = { at, client: 'main', worker } as const;
  return [
    // The first proxy gives both processes a connection.
    { ...step, kind: 'keep', to: stopped },
    { ...step, kind: 'keep', to: stopped, later },
    { ...step, kind: 'echo', at: at + later + 200 + random.below(1_000) },
  ];
}

const FAULTS = [
  'stop',
  'stop',
  'kill',
  'reset',
  'hole',
  'unreachable',
  'killMember',
  'killTasker',
  'killSupervised',
] as const;

/** Whether only few calls of a session may be in flight. */
export function isNarrow({ maxCallsInFlight }: Program): boolean {
  return maxCallsInFlight <= NARROW;
}

/** Returns a program in a few lines, for readers. */
export function describeProgram({ steps, faults, ...rest }: Program): string {
  const events = [...steps, ...faults].toSorted((left, right) => left.at - right.at);
  return [JSON.stringify(rest), ...events.map((event) => `  ${JSON.stringify(event)}`)].join('\n');
}
