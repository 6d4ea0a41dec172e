import { ProxyError } from '../seam/errors.ts';
import type { Exposure, LocalExposure } from './exposure.ts';
import type { ObjectEntry, ObjectTable } from './object-table.ts';
import { type ReferenceSession, RemoteReference } from './remote-reference.ts';
import { demand } from './token.ts';

interface Line {
  readonly entry: ObjectEntry;
  count: number;
}

/**
 * What one session holds of this process's objects: the only objects that its peer can name. The references in a message
 * are staged while it is encoded, and counted once it is, before its bytes leave; those of a message that cannot be
 * encoded never were.
 */
export class Ledger {
  readonly #objects: ObjectTable;
  readonly #maxReferences: number;
  #peerMaxReferences = Infinity;
  readonly #lines = new Map<number, Line>();
  #staged: ObjectEntry[] = [];
  /** How many references the peer holds; the ledger alone changes it. A field, because every call asks for it. */
  references = 0;

  constructor(objects: ObjectTable, maxReferences: number) {
    this.#objects = objects;
    this.#maxReferences = maxReferences;
  }

  /** The peer takes no more references than that. */
  bound(maxReferences: number = Infinity): void {
    this.#peerMaxReferences = maxReferences;
  }

  /** The object with this id, if the peer was given it and has not let it go. */
  get(id: number): ObjectEntry | undefined {
    return this.#lines.get(id)?.entry;
  }

  /** How many references of each object the peer holds. */
  *counts(): IterableIterator<{ id: number; count: number }> {
    for (const [id, line] of this.#lines) yield { id, count: line.count };
  }

  /**
   * Stages a reference to `object` for the message being encoded.
   *
   * @throws {@link ProxyError} `TOO_MANY_REFERENCES` at `limits.maxReferences` and `limits.maxObjects`; `TYPEID_CONFLICT`.
   */
  add(object: object, exposure: LocalExposure): ObjectEntry {
    const most = Math.min(this.#maxReferences, this.#peerMaxReferences);
    if (this.references + this.#staged.length >= most) {
      const whose = most < this.#maxReferences ? ' of the other end' : '';
      throw new ProxyError(
        `one session may hold ${most} references (limits.maxReferences${whose}): release some, or raise the limit`,
        { code: 'TOO_MANY_REFERENCES' },
      );
    }
    const entry = this.#objects.enter(object, exposure);
    // Looking at values can run code of theirs, which may drop the last proxy of the object.
    this.#objects.holdAtHome(entry);
    this.#staged.push(entry);
    // What is staged already is taken back with the message if this throws.
    if (!this.#lines.has(entry.id)) this.#objects.demandRoom(this.#staged.length);
    return entry;
  }

  /** The message was encoded: its references count. */
  commit(): void {
    if (this.#staged.length === 0) return;
    const staged = this.#takeStaged();
    this.references += staged.length;
    for (const entry of staged) {
      const line = this.#lines.get(entry.id);
      if (line) line.count++;
      else {
        this.#lines.set(entry.id, { entry, count: 1 });
        this.#objects.countHoldings(1);
      }
      this.#objects.hold(entry);
      this.#objects.dropAtHome(entry);
    }
  }

  /** The message will not leave: its references are dropped. */
  abort(): void {
    for (const entry of this.#takeStaged()) this.#objects.dropAtHome(entry);
  }

  /** The peer gives back `count` references. Returns `false` when it did not hold as many: it breaks the protocol. */
  release(id: number, count: number): boolean {
    const line = this.#lines.get(id);
    if (line === undefined || count < 1 || count > line.count) return false;
    line.count -= count;
    this.references -= count;
    if (line.count === 0) {
      this.#lines.delete(id);
      this.#objects.countHoldings(-1);
    }
    this.#objects.drop(line.entry, count);
    return true;
  }

  /** The session ended: gives back everything. */
  clear(): void {
    const lines = [...this.#lines.values()];
    this.abort();
    this.#lines.clear();
    this.#objects.countHoldings(-lines.length);
    this.references = 0;
    for (const line of lines) this.#objects.drop(line.entry, line.count);
  }

  #takeStaged(): readonly ObjectEntry[] {
    const staged = this.#staged;
    this.#staged = [];
    return staged;
  }
}

/** What one session has received of its peer's objects and not given back: the other half of the peer's ledger. */
export class Imports {
  readonly #session: ReferenceSession;
  readonly #maxReferences: number;
  readonly #byId = new Map<number, RemoteReference>();
  /** How many objects there are; these alone change it. A field, because every call asks for it. */
  size = 0;
  #references = 0;

  constructor(session: ReferenceSession, maxReferences: number) {
    this.#session = session;
    this.#maxReferences = maxReferences;
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
      this.size++;
    }
    reference.received++;
    return reference;
  }

  /** Forgets `count` references. Returns `false` when these are of a time before. */
  giveBack(reference: RemoteReference, count: number): boolean {
    if (this.#byId.get(reference.id) !== reference) return false;
    reference.received -= count;
    this.#references -= count;
    if (reference.received === 0) {
      this.#byId.delete(reference.id);
      this.size--;
    }
    return true;
  }

  /** The session ended. */
  clear(): void {
    this.#byId.clear();
    this.size = 0;
    this.#references = 0;
  }
}
