import type { Address } from '../declaration/address.ts';
import type { ActorOptions } from '../declaration/actor-options.ts';
import {
  actorTypeids,
  COMMON_TYPEIDS,
  defineTypeid,
  type TypeidDefinition,
  TypeidTable,
} from '../declaration/typeid-table.ts';
import type { DebugInfo, Stats } from '../runtime/stats.ts';
import { type ActorStatics, moduleOf, nameOf } from '../declaration/declaration.ts';
import { registeredName } from '../declaration/registered-classes.ts';
import { bundle } from '../seam/bundle.ts';
import { misuse, ProxyError } from '../seam/errors.ts';
import { checkedTimeoutMs, demandKnownNames, isOptionsObject } from '../seam/call-options.ts';
import { withDeadline } from '../references/waiting.ts';
import { processResources } from '../process/owner/node-process.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { type OwnedActorProcess, processOf } from '../proxy/owned.ts';
import { type ActorConnectOptions, connectActor, spawnActor } from './spawn-actor.ts';
import { serveActor, type ServeOptions } from './serve-actor.ts';
import { ManagerServer } from './manager-server.ts';
import type { ActorServer } from './actor-server.ts';

const DEFINITION = ['create', 'exposed', 'proxyClass', 'methodToTypeid'] satisfies readonly (keyof TypeidDefinition)[];

/** A class of managers. */
export interface ManagerClass<Manager extends BaseManager> {
  new (server: ActorProxy): Manager;
  readonly name: string;
  readonly module?: string | URL;
  readonly options: ActorOptions;
  /** @internal */
  readonly table: TypeidTable;
}

/** The process of a manager, as its owner sees it. */
export interface ManagerProcess {
  /** The process id; `undefined` when the process could not be started. */
  readonly pid: number | undefined;
  /** Resolves when the process has ended. */
  readonly exit: Promise<unknown>;
  /** Kills the process at once. */
  kill(): Promise<void>;
}

const tables = new WeakMap<object, TypeidTable>();

/**
 * A process that creates objects on demand and hands out proxies of them. Corresponds to `multiprocessing.managers.BaseManager`.
 *
 * A subclass with custom typeids must be exported by a module and declare it, like an actor.
 *
 * @example
 * class PointManager extends BaseManager {
 *   static override readonly module = import.meta.url;
 *   static {
 *     this.register('Point', { create: (x: number, y: number) => new Point(x, y) });
 *   }
 * }
 *
 * await using manager = await PointManager.start();
 * const point = await manager.create('Point', 3, 4);
 */
export class BaseManager {
  /** The module that exports the class; needed if the class registers typeids. */
  static readonly module?: string | URL;
  /** The options of managers of this class. */
  static readonly options: ActorOptions = {};

  /** The typeids of this class, in addition to those of its parents. @internal */
  static get table(): TypeidTable {
    const known = tables.get(this);
    if (known) return known;
    const parent: unknown = Object.getPrototypeOf(this);
    return this.useTable(new TypeidTable(isManagerClass(parent) ? parent.table : COMMON_TYPEIDS));
  }

  /** Sets the typeids of this class. @internal */
  static useTable(table: TypeidTable): TypeidTable {
    tables.set(this, table);
    return table;
  }

  /**
   * Registers a kind of object for this class and its subclasses. Call it in the class's static block, so that the manager's
   * process does so too.
   *
   * @throws `TypeError` for the reserved names `actor` and `auto`.
   */
  static register(typeid: string, definition: TypeidDefinition = {}): void {
    if (typeof typeid !== 'string' || typeid === '') {
      throw misuse(`${this.name}.register: the first argument must be the name of the typeid: register('rows', { … })`);
    }
    demandKnownNames(definition, DEFINITION, `${this.name}.register`);
    if (typeid === 'actor' || typeid === 'auto') {
      throw misuse(`${this.name}.register: the typeid '${typeid}' is reserved: choose another name`);
    }
    this.table.add(defineTypeid(typeid, definition));
  }

  /** Returns the names of the typeids of this class's managers. */
  static typeids(): readonly string[] {
    return this.table.names;
  }

  /** Starts the process of a manager. This process owns it. */
  static async start<Manager extends BaseManager>(
    this: ManagerClass<Manager>,
    options: ActorOptions = {},
  ): Promise<Manager> {
    if (!isOptionsObject(options))
      throw misuse(`${this.name}.start: the options must be an object, such as { address, authkey }`);
    const isRegistered = bundle !== undefined && registeredName(this) !== undefined;
    const source =
      isRegistered || Object.hasOwn(this, 'module') ? [{ module: moduleOf(this), name: nameOf(this) }] : [];
    const merged = { ...this.options, ...options };
    const unsendable = (['admit', 'intercept'] as const).find((option) => merged[option] !== undefined);
    if (unsendable !== undefined) {
      throw misuse(
        `${this.name}.start: the option ${unsendable} is a function, which cannot be sent to the manager's process: ` +
          `use getServer({ ${unsendable} }) in a process of its own`,
      );
    }
    const server = serverWith(merged);
    return new this(await spawnActor(server, serverTypeids(this.table), source));
  }

  /**
   * Returns a manager of this class that runs in this process, for clients to connect to:
   *
   * ```ts
   * await SyncManager.getServer({ address: 'tcp://127.0.0.1:7000', authkey, handleSignals: true }).serveForever();
   * ```
   */
  static getServer<Manager extends BaseManager>(
    this: ManagerClass<Manager>,
    options: ServeOptions = {},
  ): ServedManager {
    return new ServedManager(() => serveActor(serverWith(this.options), serverTypeids(this.table), options, []));
  }

  /** Connects to a running manager. This process does not own it. */
  static async connect<Manager extends BaseManager>(
    this: ManagerClass<Manager>,
    address: Address,
    options: ActorConnectOptions = {},
  ): Promise<Manager> {
    const typeids = serverTypeids(this.table);
    return new this(await connectActor(address, options, { name: this.name, options: this.options, typeids }));
  }

  readonly #server: ActorProxy;

  /** @internal Managers come from `start` and `connect`. */
  constructor(server: ActorProxy) {
    this.#server = server;
  }

  /** The address at which other processes can reach the manager. */
  get address(): string | undefined {
    return this.#server.connectionAddress;
  }

  /** The manager's process. From the owner only. */
  get process(): ManagerProcess {
    return this.#process('process');
  }

  /**
   * Creates an object in the manager's process, and resolves to its proxy.
   *
   * @throws {@link ProxyError} `UNKNOWN_TYPEID` for a typeid that the manager does not know.
   */
  async create<Proxy = unknown>(typeid: string, ...args: readonly unknown[]): Promise<Proxy> {
    return await this.#server.callMethod<Proxy>('create', [typeid, ...args]);
  }

  /** Returns the number of objects with at least one proxy, without the manager itself. From the owner only. */
  async numberOfObjects(): Promise<number> {
    const count = await this.#process('numberOfObjects').session.control<number>('numberOfObjects');
    return count - 1;
  }

  /** Returns the holders of each object. From the owner only. */
  async debugInfo(): Promise<readonly DebugInfo[]> {
    return await this.#process('debugInfo').session.control<readonly DebugInfo[]>('debugInfo');
  }

  /** Returns the counts of references and calls in progress of the manager's process. From the owner only. */
  async stats(): Promise<Stats> {
    return await this.#process('stats').session.control<Stats>('stats');
  }

  /** From the owner: ends the process. From any other process: has no effect. */
  async shutdown(): Promise<void> {
    await this.#server.shutdown();
  }

  /**
   * From the owner: waits until the process has ended, for at most `timeout` milliseconds.
   *
   * @returns whether it has ended.
   */
  async join(timeout?: number): Promise<boolean> {
    const timeoutMs = checkedTimeoutMs(timeout, 'join: timeout');
    return (await withDeadline(this.#process('join').exit, timeoutMs)) !== 'late';
  }

  /** From the owner: ends the process. From any other process: releases the manager. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  #process(member: string): OwnedActorProcess {
    const owned = processOf(this.#server);
    if (owned) return owned;
    throw new ProxyError(
      `only the process that started the manager can call ${member}(), and this process only connected to it`,
      {
        code: 'NOT_ALLOWED',
      },
    );
  }
}

/** Returns the typeids of a manager's process: those of its class, and the server itself. */
function serverTypeids(table: TypeidTable): TypeidTable {
  return actorTypeids({}, undefined, table);
}

/** Returns the class of the server with a manager's options. */
function serverWith(options: ActorOptions): ActorStatics {
  const server = class extends ManagerServer {
    static readonly module = processResources().frontDoor;
    static readonly options = options;
  };
  // The name under which `index.ts` exports it.
  Object.defineProperty(server, 'name', { value: 'ManagerServer' });
  return server;
}

function isManagerClass(value: unknown): value is typeof BaseManager {
  return typeof value === 'function' && (value === BaseManager || BaseManager.isPrototypeOf(value));
}

const managers = new WeakMap<object, typeof ActorManager>();

/**
 * The manager of one actor class; it knows the class's typeids. Corresponds to the manager behind every actor class of uActor.
 */
export class ActorManager extends BaseManager {
  /** Returns the manager of an actor class; always the same one. @internal */
  static of(actorClass: object, table: TypeidTable): typeof ActorManager {
    let manager = managers.get(actorClass);
    if (manager === undefined) {
      manager = class extends ActorManager {};
      manager.useTable(table);
      managers.set(actorClass, manager);
    }
    return manager;
  }
}

/**
 * A manager that is served by this process; {@link BaseManager.getServer} returns it. Corresponds to `BaseManager.get_server()` in
 * Python.
 */
export class ServedManager {
  readonly #begin: () => Promise<ActorServer>;
  #server: Promise<ActorServer> | undefined;

  /** @internal Served managers come from `getServer`. */
  constructor(begin: () => Promise<ActorServer>) {
    this.#begin = begin;
  }

  /** Starts serving; a second call returns the same server. */
  start(): Promise<ActorServer> {
    this.#server ??= this.#begin();
    return this.#server;
  }

  /** Serves until the server is closed: by a signal with `handleSignals: true`, or by `close()` of {@link ServedManager.start}. */
  async serveForever(): Promise<void> {
    const server = await this.start();
    await server.closed;
  }
}
