import { type AnyActorClass, type SpawnableClass, spawnClass } from '../api/actor.ts';
import type { Remote } from '../api/remote.ts';
import type { RemoteArguments } from '../api/remote-argument.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { BaseProxy, withOptions } from '../proxy/base-proxy.ts';
import { release } from '../api/proxy-functions.ts';
import { ACTOR_CLASS } from '../declaration/find-class.ts';
import { misuse } from '../seam/errors.ts';
import { restartPolicy, type SupervisorOptions } from './restart-policy.ts';
import { type ChildPlan, Supervisor } from './supervisor.ts';

/**
 * Keeps one actor running. Resolves to a stable proxy, which follows the actor from one incarnation to the next: calls in
 * progress when the actor ends reject, with `executed`; calls made while it is restarted wait for it, within their deadline.
 * `shutdown()` or disposal of the stable proxy ends the actor and its supervision, and so does the end of this process.
 *
 * The arguments are encoded again for each incarnation, and proxies among them are held until the supervision ends.
 *
 * @throws TypeError for invalid options; any error of `spawn` for the first incarnation.
 * @throws `RestartLimitError` as the rejection of calls, after the actor has ended more than `maxRestarts` times within
 * `withinMs`.
 * @example
 * await using steady = await supervise(Counter, [], { restart: 'always', maxRestarts: 5 });
 * await steady.increment(); // works again after the process has died
 */
export async function supervise<Class extends SpawnableClass>(
  actorClass: Class,
  args: RemoteArguments<ConstructorParameters<Class>>,
  options: SupervisorOptions = {},
): Promise<Remote<Class>> {
  const { proxies } = await startSupervisor([[actorClass, checkedArguments(args, 'supervise')]], options, 'supervise');
  const [proxy] = proxies;
  believeRemote<Class>(proxy);
  return proxy;
}

/**
 * A member of a group: its class and its arguments, or a function that computes the arguments from the stable proxies of the
 * members before it.
 */
export type SupervisedMember<Class extends SpawnableClass = SpawnableClass> = readonly [
  actorClass: Class,
  args?: readonly unknown[] | ((earlier: readonly ActorProxy[]) => readonly unknown[]),
];

/** The stable proxies of a group's members, in order. */
export type SupervisedProxies<Members extends readonly SupervisedMember[]> = {
  readonly [Index in keyof Members]: Members[Index] extends SupervisedMember<infer Class> ? Remote<Class> : never;
};

/** A group of supervised actors. */
export interface SupervisedGroup<Members extends readonly SupervisedMember[]> extends AsyncDisposable {
  /** The stable proxies, in the order of the members. */
  readonly proxies: SupervisedProxies<Members>;
  /** Resolves when the group is over: to the `RestartLimitError`, or `undefined` when it was shut down. */
  readonly over: Promise<Error | undefined>;
  /** Shuts the members down, the last one first. */
  shutdown(): Promise<void>;
}

/**
 * Keeps a group of actors running, started in order. `strategy` says which of them are restarted when one ends: that one
 * (`'one-for-one'`), all (`'one-for-all'`), or it and those after it (`'rest-for-one'`). The restart limit applies to the group
 * as a whole.
 *
 * @throws TypeError for invalid options; any error of `spawn` for a first incarnation, after the others were shut down.
 * @example
 * await using group = await superviseAll([[Counter], [Shop, ([first]) => [first]]], { strategy: 'rest-for-one' });
 * const [first, shop] = group.proxies;
 */
export async function superviseAll<const Members extends readonly SupervisedMember[]>(
  members: Members,
  options: SupervisorOptions = {},
): Promise<SupervisedGroup<Members>> {
  if (!Array.isArray(members) || members.length === 0) {
    throw misuse('superviseAll: the members must be a list such as [[Store, [path]], [Server]]');
  }
  const supervisor = await startSupervisor(members, options, 'superviseAll');
  const { proxies } = supervisor;
  believeProxies<Members>(proxies);
  return {
    proxies,
    over: supervisor.over,
    shutdown: () => supervisor.stop(),
    [Symbol.asyncDispose]: () => supervisor.stop(),
  };
}

/** Starts the members. Holds the proxies among their arguments until the supervision ends. */
async function startSupervisor(
  members: readonly SupervisedMember[],
  options: SupervisorOptions,
  verb: string,
): Promise<Supervisor> {
  const policy = restartPolicy(options, verb);
  // Checks all members before taking shares in the proxies among their arguments.
  for (const member of members) demandMember(member, verb);
  const kept: KeptArguments[] = [];
  const plans = members.map(([actorClass, args = []]) => {
    if (typeof args === 'function') return planOf(actorClass, (earlier) => checkedArguments(args(earlier), verb));
    const own = keptArguments(args);
    kept.push(own);
    return planOf(actorClass, () => own.args);
  });
  const releaseAll = (): void => {
    for (const own of kept) own.release();
  };
  try {
    const supervisor = await Supervisor.start(plans, policy);
    void supervisor.over.then(releaseAll);
    return supervisor;
  } catch (error) {
    releaseAll();
    throw error;
  }
}

interface KeptArguments {
  readonly args: readonly unknown[];
  readonly release: () => void;
}

/** Copies the arguments with proxies of the supervisor's own, so that the caller may release its proxies. */
function keptArguments(args: readonly unknown[]): KeptArguments {
  const own = args.map((arg) => (BaseProxy.isProxy(arg) ? withOptions(arg, {}) : arg));
  return {
    args: own,
    release: () => {
      own.forEach((arg, index) => {
        if (arg !== args[index]) release(arg);
      });
    },
  };
}

function planOf(actorClass: AnyActorClass, args: (earlier: readonly ActorProxy[]) => readonly unknown[]): ChildPlan {
  return { name: actorClass.name, spawn: async (earlier) => await spawnClass(actorClass, args(earlier)) };
}

function demandMember(member: SupervisedMember, verb: string): void {
  const [actorClass, args = []]: readonly unknown[] = Array.isArray(member) ? member : [];
  if (typeof actorClass !== 'function' || !(ACTOR_CLASS in actorClass)) {
    throw misuse(
      verb === 'supervise'
        ? 'supervise: the first argument must be a class that extends Actor: supervise(Store, [path])'
        : 'superviseAll: each member must be a list of a class that extends Actor and its arguments: [[Store, [path]], [Server]]',
    );
  }
  if (typeof args !== 'function') checkedArguments(args, verb);
}

function checkedArguments(args: unknown, verb: string): readonly unknown[] {
  if (Array.isArray(args)) return args;
  throw misuse(`${verb}: the arguments of the class must be a list, [] for none`);
}

// The proxies belong to the classes that were passed.
function believeRemote<Class extends AnyActorClass>(_proxy: unknown): asserts _proxy is Remote<Class> {}
function believeProxies<Members extends readonly SupervisedMember[]>(
  _proxies: unknown,
): asserts _proxies is SupervisedProxies<Members> {}
