/**
 * Random sequences of events for references, with four processes and the owner of the objects, compared with a model of all holders.
 * `REFERENCE_RUNS` sets the number of sequences, `REFERENCE_SEED` the first seed.
 */
import { Holder } from '#fixtures/holder.js';
import { array, assert, asyncProperty, type Arbitrary, constant, constantFrom, nat, oneof, record } from 'fast-check';
import { release, type Remote } from 'uactor';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import '../support/leaks.ts';

const RUNS = Number(process.env['REFERENCE_RUNS'] ?? 2);
const SEED = Number(process.env['REFERENCE_SEED'] ?? Date.now() % 2 ** 31);
const HOLDERS = 4;
const OBJECTS = 3;
const ONE_RUN_MS = 20_000;

type Step =
  | { readonly is: 'create' | 'release' | 'lose'; readonly who: number; readonly what: number }
  | { readonly is: 'share' | 'pass'; readonly who: number; readonly to: number; readonly what: number }
  | { readonly is: 'kill'; readonly who: number };

const who = nat({ max: HOLDERS - 1 });
const what = nat({ max: OBJECTS - 1 });
const step: Arbitrary<Step> = oneof(
  { weight: 4, arbitrary: record({ is: constant('create' as const), who, what }) },
  { weight: 2, arbitrary: record({ is: constantFrom('release' as const, 'lose' as const), who, what }) },
  { weight: 6, arbitrary: record({ is: constantFrom('share' as const, 'pass' as const), who, to: who, what }) },
  { weight: 1, arbitrary: record({ is: constant('kill' as const), who }) },
);

/** The processes, and the objects that each should hold. */
class Scene implements AsyncDisposable {
  readonly #owner: Remote<typeof Holder>;
  readonly #holders: Remote<typeof Holder>[];
  /** The names of the objects in each holder's slots. */
  readonly #model: Map<string, string>[] = Array.from({ length: HOLDERS }, () => new Map());
  #created = 0;

  private constructor(owner: Remote<typeof Holder>, holders: Remote<typeof Holder>[]) {
    this.#owner = owner;
    this.#holders = holders;
  }

  static async set(): Promise<Scene> {
    const [owner, ...holders] = await Promise.all(Array.from({ length: HOLDERS + 1 }, () => Holder.spawn()));
    if (owner === undefined) throw new Error('there is no owner');
    return new Scene(owner, holders);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#owner, ...this.#holders].map((actor) => actor.shutdown()));
  }

  async take(taken: Step): Promise<void> {
    const holder = this.#holder(taken.who);
    const held = this.#held(taken.who);
    if (taken.is === 'kill') {
      process.kill(await holder.pid(), 'SIGKILL');
      await holder
        .echo('are you there?')
        .catch((error: unknown) => expect(error).toMatchObject({ executed: expect.any(String) }));
      this.#holders[taken.who] = await Holder.spawn();
      held.clear();
      return;
    }
    const slot = `${taken.what}`;
    const name = held.get(slot);
    if (taken.is === 'create') {
      if (name !== undefined) return;
      const made = await this.#owner.make(`thing ${this.#created++}`);
      await holder.keep(slot, made);
      release(made);
      held.set(slot, `thing ${this.#created - 1}`);
    } else if (name === undefined) {
      return;
    } else if ('to' in taken) {
      await this.#handOver(taken, name);
    } else {
      await holder[taken.is === 'release' ? 'drop' : 'lose'](slot);
      held.delete(slot);
    }
  }

  async #handOver(taken: Extract<Step, { readonly to: number }>, name: string): Promise<void> {
    const slot = `${taken.what}`;
    const to = this.#held(taken.to);
    if (taken.who === taken.to || to.has(slot)) return;
    await this.#holder(taken.who)[taken.is](slot, this.#holder(taken.to));
    to.set(slot, name);
    if (taken.is === 'pass') this.#held(taken.who).delete(slot);
  }

  /** Checks that each holder can use its objects, and that every count is as expected. */
  async check(): Promise<void> {
    const names = new Set(this.#model.flatMap((held) => [...held.values()]));
    const references = this.#model.reduce((sum, held) => sum + held.size, 0);
    await Promise.all(
      this.#model.flatMap((held, index) =>
        [...held].map(async ([slot, name]) => expect(await this.#holder(index).use(slot)).toContain(`${name} `)),
      ),
    );
    await eventually(async () => {
      await Promise.all(this.#holders.map((holder) => holder.collect()));
      expect(await this.#owner.stats()).toMatchObject({
        objects: names.size + 1,
        references: references + 1,
        tickets: 0,
      });
    });
  }

  #holder(index: number): Remote<typeof Holder> {
    const holder = this.#holders[index];
    if (holder === undefined) throw new Error(`there is no holder ${index}`);
    return holder;
  }

  #held(index: number): Map<string, string> {
    const held = this.#model[index];
    if (held === undefined) throw new Error(`there is no holder ${index}`);
    return held;
  }
}

test(
  `U36 U37 whatever happens to references, ${RUNS} times from seed ${SEED}, live objects are reachable and the counts are right`,
  async () => {
    await assert(
      asyncProperty(array(step, { minLength: 8, maxLength: 16 }), async (steps) => {
        await using scene = await Scene.set();
        for (const taken of steps) {
          await scene.take(taken);
          await scene.check();
        }
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  },
  RUNS * ONE_RUN_MS,
);
