import { reportHookError } from '../process/actor/actor-life.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { withOptions } from '../proxy/base-proxy.ts';
import { ActorDiedError, RestartLimitError } from '../seam/errors.ts';
import { clearTimeout, performance, setTimeout, type Timer } from '../seam/environment.ts';
import { asError } from '../values/error-text.ts';
import { type RestartPolicy, RestartIntensity } from './restart-policy.ts';
import { type IncarnationEnd, SupervisedChild, supervisionOver } from './supervised-child.ts';

/** How one child of a supervisor starts. */
export interface ChildPlan {
  /** The class's name. */
  readonly name: string;
  /** Starts an incarnation; `earlier` are the stable proxies of the children before it. */
  spawn(earlier: readonly ActorProxy[]): Promise<ActorProxy>;
}

type State =
  | { readonly is: 'running' }
  /** The present restart also handles children that end meanwhile. */
  | { readonly is: 'restarting'; readonly delay?: Timer }
  | { readonly is: 'over' };

/**
 * Starts actors in order, restarts those that end, and gives up when they end too often. The order of starts and the strategies
 * are those of OTP's supervisors.
 */
export class Supervisor {
  readonly #plans: readonly ChildPlan[];
  readonly #policy: RestartPolicy;
  readonly #children: readonly SupervisedChild[];
  readonly #intensity: RestartIntensity;
  #state: State = { is: 'running' };
  /** Children to be restarted, by index. */
  readonly #due = new Set<number>();
  #lastEnd: IncarnationEnd | undefined;
  #ending: Promise<void> | undefined;
  readonly #proxies: ActorProxy[] = [];
  /** The supervisor's own shares in the members of a group, from which the arguments of later members are computed. */
  readonly #earlier: ActorProxy[] = [];
  #resolveOver: (error: Error | undefined) => void = () => undefined;
  /** Resolves when supervision has ended: to the reason, or to `undefined` after {@link Supervisor.stop}. */
  readonly over: Promise<Error | undefined> = new Promise((resolve) => {
    this.#resolveOver = resolve;
  });

  private constructor(plans: readonly ChildPlan[], policy: RestartPolicy) {
    this.#plans = plans;
    this.#policy = policy;
    this.#intensity = new RestartIntensity(policy);
    this.#children = plans.map(
      (plan, index) =>
        new SupervisedChild({
          name: plan.name,
          spawn: () => plan.spawn(this.#earlier.slice(0, index)),
          ended: (end) => this.#ended(index, end),
          stop: () => this.stop(),
          kill: () => this.kill(),
          released: () => this.#released(),
          awaited: () => {
            if (this.#state.is === 'restarting') this.#state.delay?.ref();
          },
        }),
    );
  }

  /** Starts the children in order. If one does not start, ends the others and rejects with its error. */
  static async start(plans: readonly ChildPlan[], policy: RestartPolicy): Promise<Supervisor> {
    const supervisor = new Supervisor(plans, policy);
    try {
      for (const [index, child] of supervisor.#children.entries()) {
        await child.start();
        supervisor.#proxies[index] = child.proxy;
        if (index < supervisor.#children.length - 1) supervisor.#earlier[index] = withOptions(child.proxy, {});
      }
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
    return supervisor;
  }

  /** The stable proxies of the children, in order. */
  get proxies(): readonly ActorProxy[] {
    return this.#proxies;
  }

  /** Shuts all children down, the last one first. Idempotent. */
  stop(): Promise<void> {
    return this.#finish(undefined, (child) => child.stop());
  }

  /** Kills all children. */
  kill(): Promise<void> {
    return this.#finish(undefined, (child) => child.kill());
  }

  /**
   * Ends supervision without ending the actor: without a group and a proxy, its owner could no longer end it, so it becomes an
   * ordinary actor.
   */
  #released(): void {
    if (this.#children.length > 1) return;
    void this.#finish(undefined, (child) => child.letGo());
  }

  #ended(index: number, end: IncarnationEnd): void {
    if (this.#state.is === 'over') return;
    const { restart } = this.#policy;
    if (restart === 'never' || (restart === 'on-failure' && end.orderly)) {
      this.#children[index]?.giveUp(end.error);
      if (this.#children.every(({ over }) => over)) void this.#giveUp(undefined);
      return;
    }
    this.#lastEnd = end;
    for (const each of this.#affected(index)) this.#due.add(each);
    if (this.#state.is === 'running') this.#restart();
  }

  /** Returns the indexes of the children that are restarted with the one at `index`. */
  #affected(index: number): readonly number[] {
    const all = [...this.#children.keys()].filter((each) => this.#children[each]?.over === false);
    const { strategy } = this.#policy;
    if (strategy === 'one-for-all') return all;
    return all.filter((each) => (strategy === 'rest-for-one' ? each >= index : each === index));
  }

  #restart(): void {
    const delayMs = this.#intensity.next(performance.now());
    if (delayMs === undefined) {
      void this.#giveUp(this.#limit());
      return;
    }
    const delay = setTimeout(() => void this.#startDue(), delayMs);
    // An idle actor keeps no process alive, and neither does its restart.
    if (!this.#children.some(({ awaited }) => awaited)) delay.unref();
    this.#state = { is: 'restarting', delay };
  }

  async #startDue(): Promise<void> {
    this.#state = { is: 'restarting' };
    const due = [...this.#due].toSorted((a, b) => a - b);
    // A single child has already ended. In a group, those still running end first, the last one first.
    for (const index of due.toReversed()) await this.#children[index]?.stop().catch(() => undefined);
    for (const index of due) {
      if (this.#isOver()) return;
      this.#due.delete(index);
      try {
        await this.#children[index]?.start();
      } catch (error) {
        if (this.#isOver()) return;
        this.#lastEnd = { error: asError(error), orderly: false };
        for (const each of due.filter((other) => other >= index)) this.#due.add(each);
        this.#restart();
        return;
      }
    }
    if (this.#isOver()) return;
    this.#state = { is: 'running' };
    this.#intensity.succeeded(performance.now());
    if (this.#due.size > 0) this.#restart();
  }

  #isOver(): boolean {
    return this.#state.is === 'over';
  }

  #limit(): RestartLimitError {
    const { maxRestarts, withinMs } = this.#policy;
    const cause = this.#lastEnd?.error;
    const last = cause instanceof ActorDiedError ? cause : undefined;
    const names = this.#plans.map(({ name }) => name).join(', ');
    return new RestartLimitError(
      `${names}: more than ${maxRestarts} restarts within ${withinMs} ms, so the supervisor gave up; the last end: ` +
        (cause?.message ?? 'unknown'),
      { cause, exitCode: last?.exitCode, signal: last?.signal },
    );
  }

  /** Ends the supervisor by itself. Errors of hooks are reported, because no caller waits for them. */
  async #giveUp(reason: Error | undefined): Promise<void> {
    try {
      await this.#finish(reason, (child) => child.stop());
    } catch (error) {
      reportHookError(error);
    }
  }

  #finish(reason: Error | undefined, end: (child: SupervisedChild) => Promise<void>): Promise<void> {
    this.#ending ??= this.#end(reason, end);
    return this.#ending;
  }

  async #end(reason: Error | undefined, end: (child: SupervisedChild) => Promise<void>): Promise<void> {
    if (this.#state.is === 'restarting') clearTimeout(this.#state.delay);
    this.#state = { is: 'over' };
    const failures: unknown[] = [];
    for (const [index, child] of [...this.#children.entries()].toReversed()) {
      const ending = end(child);
      child.giveUp(reason ?? supervisionOver(this.#plans[index]?.name ?? 'the actor'));
      try {
        await ending;
      } catch (failure) {
        failures.push(failure);
      }
    }
    for (const proxy of this.#earlier) proxy[Symbol.dispose]();
    this.#resolveOver(reason);
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, `${failures.length} actors failed to shut down`);
  }
}
