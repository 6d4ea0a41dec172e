import { Random } from './random.ts';

/** Who calls: the main process, which owns the actors, or another one, which connected to the first of them. */
export type Client = 'main' | 'other';

/** What one step of a program does. */
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
  | { readonly kind: 'swap'; readonly times: number; readonly amount: number }
  | { readonly kind: 'keep' | 'ask'; readonly to: number }
  | { readonly kind: 'give' | 'askKept' | 'forget' | 'put' | 'get' | 'collect' | 'pooled' | 'push' | 'child' };

/** One step: what, by whom, to which actor, when. */
export type Step = Operation & {
  readonly at: number;
  readonly client: Client;
  readonly worker: number;
  /** The call's deadline, in milliseconds. */
  readonly timeout?: number;
  /** When its signal aborts, in milliseconds after the call. */
  readonly abort?: number;
};

/** Something that goes wrong. */
export type Fault =
  | { readonly at: number; readonly kind: 'stop'; readonly worker: number; readonly ms: number }
  | { readonly at: number; readonly kind: 'kill'; readonly worker: number }
  | { readonly at: number; readonly kind: 'reset' | 'hole' | 'killMember' };

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
  /** Whether the main process has a pool of actors, and a manager. */
  readonly pool: boolean;
  readonly manager: boolean;
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
  [2, (random) => ({ kind: 'block', amount: 10 + random.below(300) })],
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
];

/** Few calls in flight: those that only another call ends would take every place, and nothing could end them. */
const NARROW = 2;
const WAITS_FOR_OTHERS: ReadonlySet<Operation['kind']> = new Set([
  'relayed',
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

/** The program of a seed. */
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
      // The other process knows the first actor only.
      worker: client === 'other' ? 0 : random.below(workers),
    } as const;
    if (maxCallsInFlight === NARROW && WAITS_FOR_OTHERS.has(step.kind)) continue;
    const ends = random.chance(0.2) || step.kind === 'never';
    if (!ends) steps.push(step);
    else if (random.chance(0.6)) steps.push({ ...step, timeout: 1 + random.below(lengthMs) });
    else steps.push({ ...step, abort: random.below(lengthMs) });
  }
  return {
    seed,
    workers,
    latencyMs: random.pick([0.2, 2, 30]),
    capacityBytes: random.pick([2_048, 16_384, 65_536]),
    cutting: random.next() * 0.6,
    highWaterBytes: random.pick([65_536, 16_777_216]),
    maxCallsInFlight,
    serializer: random.pick(['msgpack', 'superjson', 'protobuf']),
    pool: steps.some(({ kind }) => kind === 'pooled'),
    manager: steps.some(({ kind }) => kind === 'push'),
    steps: steps.toSorted((left, right) => left.at - right.at),
    faults: faultsOf(random, workers, lengthMs),
  };
}

function faultsOf(random: Random, workers: number, lengthMs: number): readonly Fault[] {
  const faults: Fault[] = [];
  while (random.chance(0.4)) {
    const at = random.below(lengthMs);
    const worker = random.below(workers);
    const kind = random.pick(['stop', 'stop', 'kill', 'reset', 'hole', 'killMember'] as const);
    if (kind === 'stop') faults.push({ at, kind, worker, ms: random.chance(0.2) ? 60_000 : random.below(3_000) });
    else if (kind === 'kill') faults.push({ at, kind, worker });
    else faults.push({ at, kind });
  }
  return faults;
}

/** A program in a few lines, for a person. */
export function describeProgram({ steps, faults, ...rest }: Program): string {
  const events = [...steps, ...faults].toSorted((left, right) => left.at - right.at);
  return [JSON.stringify(rest), ...events.map((event) => `  ${JSON.stringify(event)}`)].join('\n');
}
