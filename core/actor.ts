import type { ActorOptions } from './actor-options.ts';
import { limitsOf } from './actor-options.ts';
import { Authkey } from './authkey.ts';
import { type ActorStatics, declareLike, moduleOf, readDeclaration } from './declaration.ts';
import { misuse, UActorError } from './errors.ts';
import { Host } from './host.ts';
import { ActorProcess } from './process/actor-process.ts';
import { own } from './process/owned.ts';
import { ActorProxy } from './proxy/actor-proxy.ts';
import type { ProxyClass } from './proxy/proxy-class.ts';
import { defaultSerializer, serializerName } from './registry.ts';
import type { ActorClass, Remote, RemoteArguments } from './remote.ts';
import type { Serializer } from './serializer.ts';
import { actorTypeids } from './common-typeids.ts';

/** What `connect` needs to know besides the address. */
export interface ActorConnectOptions {
  /** The actor's secret. Default: the key of this process and the actors below it. */
  readonly authkey?: string | Uint8Array;
  /** The serializer that the actor must speak. Default: whatever it speaks. */
  readonly serializer?: string | Serializer;
}

/** A class that extends {@link Actor}. */
export type AnyActorClass = ActorClass & ActorStatics & { readonly proxyClass?: ProxyClass };

/**
 * The base of classes that live in processes of their own.
 *
 * ```ts
 * export class Counter extends Actor {
 *   static override readonly module = import.meta.url;
 *   #count = 0;
 *   increment(by = 1) { return (this.#count += by); }
 * }
 *
 * await using counter = await Counter.spawn();
 * await counter.increment();
 * ```
 *
 * `new Counter()` makes a plain local object, handy in unit tests.
 */
export class Actor {
  /** The module that exports the class: `import.meta.url`, a file URL, or an absolute path (`__filename`). */
  static readonly module?: string | URL;
  /** How actors of this class live; merged with the parents', this class winning. */
  static readonly options: ActorOptions = {};
  /** The methods and properties that proxies show. Default: every public method. */
  static readonly exposed?: readonly string[];
  /** Proxy classes for typeids of one's own. */
  static readonly proxies?: Readonly<Record<string, ProxyClass>>;
  /** Methods whose results are handed out as proxies of a typeid, instead of being copied. */
  static readonly methodToTypeid?: Readonly<Record<string, string>>;
  /** What the actor's own proxies extend. */
  static readonly proxyClass: ProxyClass = ActorProxy;

  /**
   * Starts a process, builds the object there with `args`, waits for its `init()` if it has one, and resolves to its
   * proxy. This process becomes the actor's owner: the actor ends with it, or with `shutdown`, or when its last proxy
   * is gone.
   *
   * @throws `TypeError` when the class is declared wrongly, before a process starts.
   * @throws {@link ActorSpawnError} when the process does not come up.
   * @throws whatever the module, the constructor or `init` throws.
   */
  static async spawn<Class extends AnyActorClass>(
    this: Class,
    ...args: RemoteArguments<ConstructorParameters<Class>>
  ): Promise<Remote<Class>> {
    const declaration = readDeclaration(this);
    const module = moduleOf(this);
    const host = Host.current;
    if (host.role?.importing) {
      throw new UActorError(
        `${declaration.name}.spawn() was called while the actor process of ${host.role.name} was importing its module, which ` +
          'would start processes without end: put the main part of the module into `if (isMain(import.meta)) { … }`',
      );
    }
    const { options, name, proxies } = declaration;
    const actorProcess = await ActorProcess.start({
      host,
      module,
      name,
      serializer: serializerName(options.serializer ?? defaultSerializer()),
      options,
      classOf: actorTypeids(proxies, this.proxyClass).proxyClass,
    });
    own(actorProcess.session, actorProcess);
    const proxy = await actorProcess.construct(args);
    if (isRemote<Class>(proxy)) return proxy;
    throw new UActorError(`the process of ${name} answered with something that is no actor`);
  }

  /**
   * A proxy of an actor that runs already, in whatever process listens on `address`. This process does not own it.
   *
   * @throws {@link AuthkeyError} when the keys differ; {@link SerializerError} `SERIALIZER_MISMATCH`;
   * {@link ActorUnreachableError} when nobody listens there.
   */
  static async connect<Class extends AnyActorClass>(
    this: Class,
    address: string,
    options: ActorConnectOptions = {},
  ): Promise<Remote<Class>> {
    const declaration = readDeclaration(this);
    if (typeof address !== 'string') {
      throw misuse(
        `${declaration.name}.connect: the address must be a string such as ipc:///run/a.sock; it is ${String(address)}`,
      );
    }
    const { dialer, authkey } = Host.current;
    const session = await dialer.dial(address, {
      authkey: options.authkey === undefined ? authkey : new Authkey(options.authkey),
      instance: undefined,
      serializer: options.serializer === undefined ? undefined : serializerName(options.serializer),
      limits: limitsOf(declaration.options),
      label: declaration.name,
      classOf: actorTypeids(declaration.proxies, this.proxyClass).proxyClass,
      transport: declaration.options.transport ?? {},
    });
    dialer.add(session);
    const proxy = await session.control('actor');
    dialer.endWhenIdle(session);
    if (isRemote<Class>(proxy)) return proxy;
    throw new UActorError(`what listens on ${address} is no actor`);
  }

  /** The same class with other options: `await Counter.with({ serializer: 'msgpack' }).spawn()`. */
  static with<Class extends AnyActorClass>(this: Class, options: ActorOptions): Class {
    const made = withOptions(this, options);
    declareLike(made, this);
    readDeclaration(made);
    return made;
  }

  /** Called by `withActor` before its body. */
  enter(): unknown {
    return undefined;
  }

  /** Called by `withActor` after its body, with what the body threw, if it did; `true` swallows that. */
  exit(_error?: unknown): unknown {
    return undefined;
  }

  /** Called once before the process ends. */
  shutdown(): unknown {
    return undefined;
  }
}

function isRemote<Class extends ActorClass>(value: unknown): value is Remote<Class> {
  return value instanceof ActorProxy;
}

function withOptions<Class extends AnyActorClass>(actorClass: Class, options: ActorOptions): Class {
  // TypeScript takes a type parameter as a base class only with a constructor of `any`, so it goes by its constraint.
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
