import type { TypeidTable } from '../declaration/typeid-table.ts';
import type { ObjectEntry } from '../references/object-table.ts';

/** Where an actor's process comes from. */
export interface Ancestry {
  /** The modules of the actors above and of this one, outermost first. */
  readonly lineage: readonly string[];
  /** The file of the program that the outermost process runs, if it is one. */
  readonly program: string | undefined;
  /** Whether the actor's module is still being imported. */
  readonly importing: boolean;
  /** Whether the caller runs because it was imported, and not because of a call. */
  readonly leftByImport: boolean;
}

/** What makes a process an actor's. */
export interface ActorRole {
  /** The class's name. */
  readonly name: string;
  /** The processes above, if it was started by one of them. */
  readonly ancestry?: Ancestry;
  /** The actor's entry in the object table, once it exists. */
  readonly entry: ObjectEntry | undefined;
  /** Resolves when the actor exists. */
  readonly ready: Promise<ObjectEntry>;
  /** Whether clients may ask for a report of this process. */
  readonly inspectable: boolean;
  typeids: TypeidTable;
  /** Why no call of that object is taken any more, if none is; absent until calls may be refused. */
  readonly refusal?: ((entry: ObjectEntry) => Error | undefined) | undefined;
  /** Called when references or calls have become fewer. */
  settled(): void;
}
