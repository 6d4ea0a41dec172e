/** The first token of a record; its shape was defined under that number before. */
const FIRST = 0x40;
/** How many shapes are known at a time: one for each token up to 0x7f. */
export const MAX_RECORDS = 64;

/**
 * The shapes of records that the peer has defined on this connection. msgpackr's reader keeps its own in
 * {@link Records.structures}; here is what must be known before it reads.
 */
export class Records {
  /** What msgpackr's reader knows, by number. */
  readonly structures: object[] = [];
  readonly #sizes = new Int16Array(MAX_RECORDS).fill(-1);

  /** The number of members of the record that begins with `token`; -1 where nothing was defined. */
  size(token: number): number {
    return this.#sizes[token - FIRST] ?? -1;
  }

  /** Notes a definition that msgpackr's reader is going to meet itself. */
  define(token: number, size: number): void {
    this.#sizes[token - FIRST] = size;
  }

  /** Gives msgpackr's reader a definition out of a message that it is not going to read. */
  install(token: number, keys: string[]): void {
    this.structures[token - FIRST] = keys;
  }

  /** The peer begins anew. */
  forget(): void {
    this.structures.length = 0;
    this.#sizes.fill(-1);
  }
}
