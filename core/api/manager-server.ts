import { ProxyError } from '../seam/errors.ts';
import { Runtime } from '../runtime/runtime.ts';
import { ACTOR_CLASS, findClass } from '../declaration/find-class.ts';
import { importForActor } from '../declaration/registered-classes.ts';
import { TypeidTable } from '../declaration/typeid-table.ts';

/** Where the class of a manager is found. */
export interface ManagerSource {
  readonly module: string;
  readonly name: string;
}

/**
 * What lives in the process of a manager, as an actor does in its own: it makes the objects that are asked for.
 *
 * @internal
 */
export class ManagerServer {
  /** @internal */
  static readonly [ACTOR_CLASS] = true;
  static readonly exposed: readonly string[] = ['create'];

  readonly #source: ManagerSource | undefined;

  /** @param source - The manager's class, if it is one with typeids of its own. */
  constructor(source?: ManagerSource) {
    this.#source = source;
  }

  /** Makes the typeids of the manager's class known here. */
  async init(): Promise<void> {
    const { role } = Runtime.current;
    if (this.#source === undefined || role === undefined) return;
    const { module, name } = this.#source;
    const exports = await importForActor(module);
    const managerClass = findClass(exports, name, module);
    if ('table' in managerClass && managerClass.table instanceof TypeidTable) role.typeids = managerClass.table;
  }

  /** There is nothing to do before the process ends; whoever is connected may say so. */
  shutdown(): void {}

  /**
   * Makes an object and hands it out.
   *
   * @throws {@link ProxyError} `UNKNOWN_TYPEID` for a typeid that is not registered, or whose objects cannot be made.
   */
  async create(typeid: string, ...args: readonly unknown[]): Promise<object> {
    const { typeids } = Runtime.current;
    const make = typeids.get(typeid)?.create;
    if (make) return Runtime.current.expose(await make(...args), typeid);
    throw new ProxyError(
      `this manager cannot make '${typeid}' objects: register the typeid with a create function; known are ` +
        typeids.names.join(', '),
      { code: 'UNKNOWN_TYPEID' },
    );
  }
}
