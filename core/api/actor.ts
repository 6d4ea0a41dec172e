import type { Address } from '../declaration/address.ts';
import type { ActorOptions } from '../declaration/actor-options.ts';
import type { ActorServer } from './actor-server.ts';
import { actorTypeids, type TypeidTable } from '../declaration/typeid-table.ts';
import { type ActorStatics, declareLike, readDeclaration } from '../declaration/declaration.ts';
import { ACTOR_CLASS } from '../declaration/find-class.ts';
import { isShowable } from '../references/exposure.ts';
import { misuse, UActorError } from '../seam/errors.ts';
import { ActorManager } from './base-manager.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import type { ProxyClass } from '../proxy/proxy-class.ts';
import type { ActorClass, Remote } from './remote.ts';
import type { RemoteArguments } from './remote-argument.ts';
import { type ActorConnectOptions, connectActor, spawnActor } from './spawn-actor.ts';
import { serveActor, type ServeOptions } from './serve-actor.ts';
import { withoutOwnFrames } from '../values/remote-stack.ts';

/** A class that extends {@link Actor}. */
export type AnyActorClass = ActorClass & ActorStatics & { readonly proxyClass?: ProxyClass };

/** The static member that a class needs to be spawned. */
export interface DeclaresModule {
  /** The module from which the actor's process imports the class: `static override readonly module = import.meta.url`. */
  readonly module: string | URL;
}

/** A class that extends {@link Actor} and declares its module. */
export type SpawnableClass = AnyActorClass & DeclaresModule;

/**
 * The base class of actors, which live in their own processes.
 *
 * `new Counter()` creates a plain local object, which is handy in unit tests.
 *
 * @example
 * class Tally extends Actor {
 *   static override readonly module = import.meta.url;
 *   #count = 0;
 *   increment(by = 1): number {
 *     return (this.#count += by);
 *   }
 * }
 *
 * await using tally = await Tally.spawn();
 * console.log(await tally.increment(5));
 */
export class Actor {
  /** @internal */
  static readonly [ACTOR_CLASS] = true;
  /** The module that exports the class: `import.meta.url`, a file URL, or an absolute path (`__filename`). */
  static readonly module?: string | URL;
  /** The options of this class; they override those of the parent classes. */
  static readonly options: ActorOptions = {};
  /** The methods and properties that proxies expose. Default: every public method. */
  static readonly exposed?: readonly string[];
  /** Proxy classes for custom typeids. */
  static readonly proxies?: Readonly<Record<string, ProxyClass>>;
  /** Methods whose results are handed out as proxies of a typeid, instead of being copied. */
  static readonly methodToTypeid?: Readonly<Record<string, string>>;
  /** The base class of the actor's own proxies. */
  static readonly proxyClass: ProxyClass = ActorProxy;

  /**
   * Starts a process, constructs the object there with `args`, waits for its `init()` if it has one, and resolves to its proxy.
   * This process becomes the actor's owner. The actor ends with this process, with `shutdown`, or with its last proxy.
   *
   * @throws `TypeError` when the class is declared wrongly, before a process starts.
   * @throws {@link ActorSpawnError} when the process does not start.
   * @throws any error of the module, the constructor or `init`.
   */
  static spawn<Class extends SpawnableClass>(
    this: Class,
    ...args: RemoteArguments<ConstructorParameters<Class>>
  ): Promise<Remote<Class>> {
    return awaitFirst(spawnClass(this, args), this);
  }

  /**
   * Runs the actor in this process: constructs the object here with `args`, waits for its `init()`, and listens for clients that
   * `connect`. A process serves one actor at a time. The actor lives until the server is closed, whether or not there are proxies.
   * A given key becomes the key of the whole process.
   *
   * ```ts
   * await using server = await Counter.serve({ address: 'tcp://127.0.0.1:7000', authkey });
   * await server.closed;
   * ```
   *
   * @throws `TypeError` when the class or an option is declared wrongly; {@link AddressInUseError};
   * {@link UActorError} when this process already runs an actor; any error of the constructor or `init`.
   */
  static async serve<Class extends AnyActorClass>(
    this: Class,
    options: ServeOptions = {},
    ...args: ConstructorParameters<Class>
  ): Promise<ActorServer<Remote<Class>>> {
    const server = await serveActor(this, typeidsOf(this), options, args);
    believeServer<Class>(server);
    return server;
  }

  /**
   * Connects to a running actor that listens on `address`, and returns its proxy. This process does not own the actor.
   *
   * @throws {@link AuthkeyError} when the keys differ; {@link SerializerError} `SERIALIZER_MISMATCH`;
   * {@link ActorUnreachableError} when nothing listens there.
   */
  static async connect<Class extends AnyActorClass>(
    this: Class,
    address: Address,
    options: ActorConnectOptions = {},
  ): Promise<Remote<Class>> {
    const { name, options: declared } = readDeclaration(this);
    return asRemote<Class>(await connectActor(address, options, { name, options: declared, typeids: typeidsOf(this) }));
  }

  /** The manager of this class's actors: their typeids. */
  static get managerClass(): typeof ActorManager {
    return ActorManager.of(this, typeidsOf(this));
  }

  /** Returns the same class with other options: `await Counter.with({ serializer: 'msgpack' }).spawn()`. */
  static with<Class extends AnyActorClass>(this: Class, options: ActorOptions): Class {
    return classWith(this, options);
  }

  /** Called by `withActor` before its body. */
  enter(): unknown {
    return undefined;
  }

  /** Called by `withActor` after its body, with the error of the body, if any; `true` swallows the error. */
  exit(_error?: unknown): unknown {
    return undefined;
  }

  /** Called once before the process ends in an orderly way. */
  shutdown(): unknown {
    return undefined;
  }
}

/** Starts a process for a class and resolves to the proxy of its actor; {@link Actor.spawn}. */
export async function spawnClass<Class extends AnyActorClass>(
  actorClass: Class,
  args: readonly unknown[],
): Promise<Remote<Class>> {
  const spawned = await spawnActor(actorClass, typeidsOf(actorClass), args).catch((error: unknown) => {
    throw withoutOwnFrames(error);
  });
  return asRemote<Class>(spawned);
}

/** Like {@link spawnClass}, for the class with further options. */
export async function spawnWith<Class extends AnyActorClass>(
  actorClass: Class,
  options: ActorOptions,
  args: readonly unknown[],
): Promise<Remote<Class>> {
  return await spawnClass(classWith(actorClass, options), args);
}

function classWith<Class extends AnyActorClass>(actorClass: Class, options: ActorOptions): Class {
  const made = withOptions(actorClass, options);
  declareLike(made, actorClass);
  readDeclaration(made);
  return made;
}

/** Returns the typeids that a class declares, in addition to the common ones. */
export function typeidsOf(actorClass: AnyActorClass): TypeidTable {
  return actorTypeids(readDeclaration(actorClass).proxies, actorClass.proxyClass);
}

/** Narrows a proxy, whose members come from the exposure, which is the declaration of the class. */
export function asRemote<Class extends ActorClass>(proxy: ActorProxy): Remote<Class> {
  believeRemote<Class>(proxy);
  return proxy;
}

function believeRemote<Class extends ActorClass>(_proxy: ActorProxy): asserts _proxy is Remote<Class> {}

function believeServer<Class extends ActorClass>(_server: ActorServer): asserts _server is ActorServer<Remote<Class>> {}

function withOptions<Class extends AnyActorClass>(actorClass: Class, options: ActorOptions): Class {
  // TypeScript accepts a type parameter as a base class only with a constructor of `any`, so this uses its constraint.
  const base: AnyActorClass = actorClass;
  const made: unknown = class extends base {
    static override readonly options = options;
    static override readonly name = actorClass.name;
  };
  if (isSubclass(made, actorClass)) return made;
  throw new UActorError('a class could not be extended');
}

function isSubclass<Class extends object>(value: unknown, parent: Class): value is Class {
  return typeof value === 'function' && Object.prototype.isPrototypeOf.call(parent, value);
}

/** Prototypes of the promises that resolve to a class's proxies, by class. */
const prototypes = new WeakMap<object, object>();

/**
 * Returns the same promise, but using a member of the actor on it, as in `Counter.spawn().increment()`, throws an error that says
 * to await it. It stays an ordinary promise with all members of `Promise.prototype`.
 */
function awaitFirst<T>(
  promise: Promise<T>,
  actorClass: { readonly name: string; readonly prototype: object },
): Promise<T> {
  let prototype = prototypes.get(actorClass);
  if (prototype === undefined) {
    prototype = prototypeFor(actorClass);
    prototypes.set(actorClass, prototype);
  }
  return Object.setPrototypeOf(promise, prototype);
}

function prototypeFor({ name, prototype }: { readonly name: string; readonly prototype: object }): object {
  const members: object = Object.create(Promise.prototype);
  let level: unknown = prototype;
  while (typeof level === 'object' && level !== null && level !== Object.prototype) {
    for (const member of Object.getOwnPropertyNames(level)) {
      if (!isShowable(member) || member in members) continue;
      Object.defineProperty(members, member, {
        get() {
          throw misuse(
            `${name}.spawn() returns a promise: await it before you use ${member}: (await ${name}.spawn()).${member}`,
          );
        },
      });
    }
    level = Object.getPrototypeOf(level);
  }
  return members;
}
