import { type ActorOptions, CALLERS_OWN, type SpawnOrder } from '../declaration/actor-options.ts';
import { checkOptions } from '../declaration/check-options.ts';
import { spokenSerializers } from '../runtime/registry.ts';
import { misuse } from '../seam/errors.ts';
import { buildOf, moduleName, type WantedClass } from './listed-modules.ts';

/** A caller's request that a host spawns an actor. Plain data. */
export interface HostOrder extends WantedClass {
  /** The class's name. */
  readonly className: string;
  /** The actor's name. A named actor lives until it is stopped. */
  readonly name?: string;
  /** The labels that the host must have. */
  readonly label: Readonly<Record<string, string>>;
  /** Serializers that the actor accepts, in order of preference. */
  readonly serializers: readonly string[];
  /** The options that the caller chooses, rather than the host. */
  readonly options: ActorOptions;
}

/**
 * The builds of this process's modules, cached from the first request: this process goes on running the module that it imported,
 * even if the file changes.
 */
const builds = new Map<string, Promise<string>>();

function ownBuild(module: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return Promise.resolve(given);
  const known = builds.get(module) ?? buildOf(module, undefined);
  builds.set(module, known);
  return known;
}

/** Creates the order for a host from the class's declaration. */
export async function hostOrder({ name: className, module, options }: SpawnOrder): Promise<HostOrder> {
  const { serializer, otherSerializers } = spokenSerializers(options);
  return {
    module: moduleName(module),
    build: await ownBuild(module, options.build),
    className,
    ...(options.name !== undefined && { name: options.name }),
    label: options.label ?? {},
    serializers: [serializer, ...otherSerializers],
    options: pick(options),
  };
}

/**
 * Copies from a received order only the fields that a caller may set.
 *
 * @throws `TypeError` for an order that no caller of this library sends.
 */
export function checkedOrder(order: HostOrder): HostOrder {
  if (!isRecord(order) || !isRecord(order.label) || !isRecord(order.options) || !Array.isArray(order.serializers)) {
    throw notAnOrder();
  }
  const { module, build, className, name, label, serializers, options } = order;
  for (const text of [module, build, className, name ?? 'none', ...Object.values(label), ...serializers]) {
    if (typeof text !== 'string' || text === '') throw notAnOrder();
  }
  const own = pick(options);
  checkOptions(own, className);
  return { module, build, className, ...(name !== undefined && { name }), label, serializers, options: own };
}

/** Returns the error for a peer that calls a host directly instead of through {@link Host}. */
export function notAnOrder(): TypeError {
  return misuse('spawn: this is not an order of a Host: spawn with `Class.with({ on: await Host.connect(address) })`');
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function pick(options: ActorOptions): ActorOptions {
  return Object.fromEntries(
    CALLERS_OWN.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}
