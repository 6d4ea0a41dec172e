import { getHeapStatistics } from 'node:v8';

/** So many objects are made to find out what one takes. */
const COPIES = 16;
/** Of many names: fewer, as one without room takes far more then. */
const FEW_COPIES = 4;
const MANY_NAMES = 9;

/** An object in a list, and the slot of each member. */
const OBJECT_BYTES = 32;
const SLOT_BYTES = 8;
/** A hidden class takes 110 bytes at least. */
const SPARE_BYTES = 48;
/** What else may be made meanwhile. */
const NOISE_BYTES = 256;

/**
 * Finds out whether V8 has room for the hidden class of objects of some names: objects without room have one each, as the memory that
 * they take shows. The heap is counted to the byte; if the garbage collector comes in between, the answer is that there is none.
 */
export class ShapeTrial {
  /** Objects of the shapes that there is room for, which there is as long as these are kept. */
  readonly examples: unknown[] = [];

  /** Whether `JSON.parse` has room for objects like `object`, which has so many names. */
  hasRoom(object: string, names: number): boolean {
    const copies = names < MANY_NAMES ? COPIES : FEW_COPIES;
    // The first one makes the hidden class if it can, and names that the process does not know yet.
    const example: unknown = JSON.parse(object);
    const text = `[${Array.from({ length: copies }, () => object).join(',')}]`;
    const before = usedBytes();
    const start = usedBytes();
    this.examples.push(JSON.parse(text));
    const taken = usedBytes() - start - (start - before);
    const expected = copies * (OBJECT_BYTES + names * SLOT_BYTES);
    const hasRoom = taken >= expected - NOISE_BYTES && taken <= expected + copies * SPARE_BYTES + NOISE_BYTES;
    if (!hasRoom) this.examples.pop();
    else this.examples.push(example);
    return hasRoom;
  }
}

function usedBytes(): number {
  return getHeapStatistics().used_heap_size;
}
