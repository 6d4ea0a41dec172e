/**
 * What values cost to keep and to make, in bytes of a 64-bit V8 heap, for {@link Budget.spend}. A container costs its own figure
 * and {@link KEPT.slot} for each member; what takes longer to make than so many bytes to fill counts as more. Numbers and the
 * bytes of binary data cost nothing beyond their slot. What takes less than 16 times its bytes is charged all the same: it would
 * leave its share to what takes more.
 */
export const KEPT: Kept = Object.freeze({
  slot: 8,
  text: 24,
  array: 48,
  object: 48,
  map: 200,
  mapEntry: 56,
  set: 200,
  setMember: 40,
  sparseItem: 80,
  key: 320,
  indexed: 200,
  indexName: 64,
  date: 120,
  bigint: 32,
  binary: 240,
  regexp: 1_600,
  url: 1_600,
  extension: 64,
});

interface Kept {
  /** The place of a member in its container. */
  readonly slot: number;
  /** A text, besides its characters. */
  readonly text: number;
  readonly array: number;
  readonly object: number;
  readonly map: number;
  /** A key and its value in a Map, instead of two slots. */
  readonly mapEntry: number;
  readonly set: number;
  /** Instead of a slot. */
  readonly setMember: number;
  /** An item of an array with holes, instead of a slot; the holes cost {@link sparseBytes}. */
  readonly sparseItem: number;
  /** A name that objects of the message have not had before: V8 makes a hidden class for each. */
  readonly key: number;
  /** An object that has names of places in an array, besides its own figure. */
  readonly indexed: number;
  /** Each of these names, besides its slot. */
  readonly indexName: number;
  readonly date: number;
  readonly bigint: number;
  /** A Buffer, a typed array, a DataView or an ArrayBuffer, whatever its length. */
  readonly binary: number;
  readonly regexp: number;
  readonly url: number;
  /** What is made to revive an extension; what it is revived to is charged by the core. */
  readonly extension: number;
}
