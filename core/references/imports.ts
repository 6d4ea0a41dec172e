import type { Exposure } from './exposure.ts';
import { type ReferenceSession, RemoteReference } from './remote-reference.ts';
import { demand } from './token.ts';

/** What one session has received of its peer's objects and not given back: the other half of the peer's ledger. */
export class Imports {
  readonly #session: ReferenceSession;
  readonly #maxReferences: number;
  readonly #byId = new Map<number, RemoteReference>();
  #references = 0;

  constructor(session: ReferenceSession, maxReferences: number) {
    this.#session = session;
    this.#maxReferences = maxReferences;
  }

  /** How many objects there are. */
  get size(): number {
    return this.#byId.size;
  }

  /**
   * Counts a reference to the object with this id.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD` at `limits.maxReferences`, which the peer was told.
   */
  receive(id: number, exposure: Exposure): RemoteReference {
    demand(this.#references < this.#maxReferences, 'more references than limits.maxReferences allows');
    this.#references++;
    let reference = this.#byId.get(id);
    if (reference === undefined) {
      reference = new RemoteReference(this.#session, id, exposure);
      this.#byId.set(id, reference);
    }
    reference.received++;
    return reference;
  }

  /** Forgets `count` references. Returns `false` when these are of a time before. */
  giveBack(reference: RemoteReference, count: number): boolean {
    if (this.#byId.get(reference.id) !== reference) return false;
    reference.received -= count;
    this.#references -= count;
    if (reference.received === 0) this.#byId.delete(reference.id);
    return true;
  }

  /** The session ended. */
  clear(): void {
    this.#byId.clear();
    this.#references = 0;
  }
}
