import type { TypeidTable } from '../declaration/typeid-table.ts';
import type { ObjectEntry } from '../references/object-table.ts';

/** The origin of an actor's process. */
export interface Ancestry {
  /** The modules of the owning actors and of this one, outermost first. */
  readonly lineage: readonly string[];
  /** The program file of the outermost process, if it runs one. */
  readonly program: string | undefined;
  /** Whether the actor's module is still being imported. */
  readonly importing: boolean;
  /** Whether the calling code was started by the import rather than by a call. */
  readonly leftByImport: boolean;
}

/** The role of an actor's process. */
export interface ActorRole {
  /** The class's name. */
  readonly name: string;
  /** Its origin, if an owner started it. */
  readonly ancestry?: Ancestry;
  /** The actor's entry in the object table, once it exists. */
  readonly entry: ObjectEntry | undefined;
  /** Resolves when the actor is constructed. */
  readonly ready: Promise<ObjectEntry>;
  /** Whether clients may request a report of this process. */
  readonly inspectable: boolean;
  typeids: TypeidTable;
  /** Returns the reason to reject calls of that object, if any; absent until calls may be rejected. */
  readonly refusal?: ((entry: ObjectEntry) => Error | undefined) | undefined;
  /** Called when the number of references or calls has decreased. */
  settled(): void;
}
