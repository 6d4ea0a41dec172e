import { ProxyError } from '../seam/errors.ts';
import { Runtime } from '../runtime/runtime.ts';
import { ACTOR_CLASS, findClass } from '../declaration/find-class.ts';
import { importForActor } from '../declaration/registered-classes.ts';
import { TypeidTable } from '../declaration/typeid-table.ts';

/** Where to find the class of a manager. */
export interface ManagerSource {
  readonly module: string;
  readonly name: string;
}

/**
 * The object in a manager's process that creates the requested objects, like the actor in an actor's process.
 *
 * @internal
 */
export class ManagerServer {
  /** @internal */
  static readonly [ACTOR_CLASS] = true;
  static readonly exposed: readonly string[] = ['create'];

  readonly #source: ManagerSource | undefined;

  /** @param source - The manager's class, if it has custom typeids. */
  constructor(source?: ManagerSource) {
    this.#source = source;
  }

  /** Registers the typeids of the manager's class in this process. */
  async init(): Promise<void> {
    const { role } = Runtime.current;
    if (this.#source === undefined || role === undefined) return;
    const { module, name } = this.#source;
    const exports = await importForActor(module);
    const managerClass = findClass(exports, name, module);
    if ('table' in managerClass && managerClass.table instanceof TypeidTable) role.typeids = managerClass.table;
  }

  /** Does nothing; any client may call it. */
  shutdown(): void {}

  /**
   * Creates an object and hands it out.
   *
   * @throws {@link ProxyError} `UNKNOWN_TYPEID` for a typeid that is not registered, or that cannot create objects.
   */
  async create(typeid: string, ...args: readonly unknown[]): Promise<object> {
    const { typeids } = Runtime.current;
    const make = typeids.get(typeid)?.create;
    if (make) return Runtime.current.expose(await make(...args), typeid);
    throw new ProxyError(
      `this manager cannot create '${typeid}' objects: register the typeid with a create function; the registered typeids are ` +
        typeids.names.join(', '),
      { code: 'UNKNOWN_TYPEID' },
    );
  }
}
