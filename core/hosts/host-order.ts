import { type ActorOptions, CALLERS_OWN, type SpawnOrder } from '../declaration/actor-options.ts';
import { checkOptions } from '../declaration/check-options.ts';
import { spokenSerializers } from '../runtime/registry.ts';
import { misuse } from '../seam/errors.ts';
import { buildOf, moduleName, type WantedClass } from './listed-modules.ts';

/** What a caller asks a host for. Plain data. */
export interface HostOrder extends WantedClass {
  /** The class's name. */
  readonly className: string;
  /** The actor's name, if it is to live until it is stopped. */
  readonly name?: string;
  /** The labels that the host must have. */
  readonly label: Readonly<Record<string, string>>;
  /** Serializers that the actor accepts, the preferred one first. */
  readonly serializers: readonly string[];
  /** Those that the caller decides on. */
  readonly options: ActorOptions;
}

/** The builds of this process's modules, from when they were first asked for: a file that changes later was imported as it was. */
const builds = new Map<string, Promise<string>>();

function ownBuild(module: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return Promise.resolve(given);
  const known = builds.get(module) ?? buildOf(module, undefined);
  builds.set(module, known);
  return known;
}

/** The order for a host, from what the class says. */
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
 * The same as it came from a caller: only what a caller may say is taken from it.
 *
 * @throws `TypeError` for what no caller of this library sends.
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

/** What is told to a peer that speaks to a host in another way than {@link Host} does. */
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
