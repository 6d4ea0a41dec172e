import type { TypeidTable } from '../declaration/typeid-table.ts';
import { BaseManager } from './base-manager.ts';

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
