/**
 * The costs of values in bytes of a 64-bit V8 heap, for {@link Budget.spend}. A container costs its own figure and {@link
 * KEPT.slot} for each member. Values that take longer to create than to fill this many bytes cost more. Numbers and the bytes of
 * binary data cost nothing beyond their slot. Values that need less than 16 times their encoded bytes are charged too, otherwise
 * they would leave their share to others.
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
  /** The slot of a member in its container. */
  readonly slot: number;
  /** A text, without its characters. */
  readonly text: number;
  readonly array: number;
  readonly object: number;
  readonly map: number;
  /** A key and its value in a Map, instead of two slots. */
  readonly mapEntry: number;
  readonly set: number;
  /** A member of a Set, instead of a slot. */
  readonly setMember: number;
  /** An item of an array with holes, instead of a slot; the holes cost {@link sparseBytes}. */
  readonly sparseItem: number;
  /** A name that objects of the message have not had before: V8 creates a hidden class for each. */
  readonly key: number;
  /** An object with names that are array indexes, in addition to its own figure. */
  readonly indexed: number;
  /** Each of these names, in addition to its slot. */
  readonly indexName: number;
  readonly date: number;
  readonly bigint: number;
  /** A Buffer, a typed array, a DataView or an ArrayBuffer of any length. */
  readonly binary: number;
  readonly regexp: number;
  readonly url: number;
  /** The objects that are created to revive an extension; the core charges for the revived value. */
  readonly extension: number;
}
