import { getHeapStatistics } from 'node:v8';

/** The number of objects made to measure one. */
const COPIES = 16;
/** The number for objects with many names, which take far more memory if there is no room. */
const FEW_COPIES = 4;
const MANY_NAMES = 9;

/** The memory of an object in a list, without its members, and of each member's slot. */
const OBJECT_BYTES = 32;
const SLOT_BYTES = 8;
/** The tolerance per object: less than half of a hidden class, which takes at least 110 bytes. */
const SPARE_BYTES = 48;
/** The tolerance for other objects made meanwhile. */
const NOISE_BYTES = 256;

/**
 * Finds out whether V8 has room for the hidden class of objects with certain names. Without room, each object gets its own hidden
 * class, which shows in the size of the heap, counted to the byte. If the garbage collector runs meanwhile, the result is that there
 * is no room.
 */
export class ShapeTrial {
  /** One object and its copies for each shape with room: the room remains as long as these are kept. */
  readonly examples: unknown[] = [];

  /** Whether `JSON.parse` has room for objects like `object`, a JSON text with this many names. */
  hasRoom(object: string, names: number): boolean {
    const copies = names < MANY_NAMES ? COPIES : FEW_COPIES;
    const text = `[${Array.from({ length: copies }, () => object).join(',')}]`;
    // The first time creates the hidden class if there is room, the strings of new names, and the text in one piece.
    const first: unknown = JSON.parse(text);
    const before = usedBytes();
    const start = usedBytes();
    const second: unknown = JSON.parse(text);
    const taken = usedBytes() - start - (start - before);
    const expected = copies * (OBJECT_BYTES + names * SLOT_BYTES);
    const hasRoom = taken >= expected - NOISE_BYTES && taken <= expected + copies * SPARE_BYTES + NOISE_BYTES;
    if (hasRoom) this.examples.push(first, second);
    return hasRoom;
  }
}

function usedBytes(): number {
  return getHeapStatistics().used_heap_size;
}
