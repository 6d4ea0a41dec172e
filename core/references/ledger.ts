import { ProxyError } from '../seam/errors.ts';
import { type Exposure, type LocalExposure, demand } from './exposure.ts';
import type { ObjectEntry, ObjectTable } from './object-table.ts';
import { type ReferenceSession, RemoteReference } from './reference.ts';

interface Line {
  readonly entry: ObjectEntry;
  count: number;
}

/**
 * The objects of this process that one session holds: the only ones that its peer can name. References in a message are staged
 * during encoding, and counted after it, before the bytes leave. Those of a message that cannot be encoded never count.
 */
export class Ledger {
  readonly #objects: ObjectTable;
  readonly #maxReferences: number;
  #peerMaxReferences = Infinity;
  readonly #lines = new Map<number, Line>();
  #staged: ObjectEntry[] = [];
  /** The objects of the last message that did not leave, if no process has ever held them. */
  #unsent: readonly ObjectEntry[] = [];
  /** The number of references that the peer holds; only the ledger changes it. A field, because every call reads it. */
  references = 0;

  constructor(objects: ObjectTable, maxReferences: number) {
    this.#objects = objects;
    this.#maxReferences = maxReferences;
  }

  /** Sets the number of references that the peer accepts. */
  bound(maxReferences: number = Infinity): void {
    this.#peerMaxReferences = maxReferences;
  }

  /** Returns the object with this id, if the peer holds it. */
  get(id: number): ObjectEntry | undefined {
    return this.#lines.get(id)?.entry;
  }

  /** Yields the number of references per object that the peer holds. */
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
    // Reading values can run their code, which may release the object's last proxy.
    this.#objects.holdAtHome(entry);
    this.#staged.push(entry);
    // If this throws, the staged references are taken back with the message.
    if (!this.#lines.has(entry.id)) this.#objects.demandRoom(this.#staged.length);
    return entry;
  }

  /** Called when the message was encoded: its references count. */
  commit(): void {
    if (this.#staged.length === 0) return;
    this.#unsent = [];
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

  /** Called when the message will not leave: its references are released. */
  abort(): void {
    this.#unsent = this.#takeStaged().filter((entry) => this.#objects.takeBack(entry));
    for (const { exposure, object } of this.#unsent) exposure.takenBack?.(object);
  }

  /** Called when a result will never leave: its iterators and streams end, because nothing else will read or write them. */
  endUnsent(): void {
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const { exposure, target } of unsent) exposure.dropped?.(target);
  }

  /** Releases `count` references of the peer. Returns `false` when it held fewer, which breaks the protocol. */
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

  /** Releases all references, when the session has ended. */
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

/** The peer's objects that one session has received and not released: the counterpart of the peer's ledger. */
export class Imports {
  readonly #session: ReferenceSession;
  readonly #maxReferences: number;
  readonly #byId = new Map<number, RemoteReference>();
  /** The number of objects; only this class changes it. A field, because every call reads it. */
  size = 0;
  #references = 0;

  constructor(session: ReferenceSession, maxReferences: number) {
    this.#session = session;
    this.#maxReferences = maxReferences;
  }

  /**
   * Counts a reference to the object with this id.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD` above `limits.maxReferences`, which the peer knows.
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

  /** Releases `count` references. Returns `false` when they are older than the present count. */
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

  /** Forgets all references, when the session has ended. */
  clear(): void {
    this.#byId.clear();
    this.size = 0;
    this.#references = 0;
  }
}
