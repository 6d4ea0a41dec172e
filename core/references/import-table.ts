import type { RemoteReference } from './remote-reference.ts';

/** The objects of a session's peer that this process holds, by their id there. */
export class ImportTable {
  readonly #references = new Map<number, RemoteReference>();

  get size(): number {
    return this.#references.size;
  }

  get(id: number): RemoteReference | undefined {
    return this.#references.get(id);
  }

  set(reference: RemoteReference): void {
    this.#references.set(reference.id, reference);
  }

  delete(id: number): void {
    this.#references.delete(id);
  }

  values(): IterableIterator<RemoteReference> {
    return this.#references.values();
  }

  /** The session ended: nothing is to be given back any more. */
  clear(): void {
    this.#references.clear();
  }
}
