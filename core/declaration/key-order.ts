/** A key that selects a member of a pool. */
export type Key = string | number | bigint | boolean;

/**
 * Returns the index to which a key belongs: always the same while it is among `indexes`. When an index disappears, only its own
 * keys move (rendezvous hashing, Thaler and Ravishankar 1998). `undefined` when there are none.
 */
export function placeOfKey(key: Key, indexes: readonly number[]): number | undefined {
  const seed = hashText(`${typeof key}:${key}`);
  let best: number | undefined;
  let highest = -1;
  for (const index of indexes) {
    const weight = mix(seed ^ mix(index + 1));
    if (weight > highest) {
      highest = weight;
      best = index;
    }
  }
  return best;
}

/** Hashes the UTF-16 units of a text with FNV-1a. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** Applies the finisher of MurmurHash3: every bit of the input changes about half of the result's. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
