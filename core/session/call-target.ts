import type { Exposure } from '../references/exposure.ts';

/** What a call goes to. */
export interface CallTarget {
  /** The id of the object at the other end. */
  readonly id: number;
  /** What its operations are. */
  readonly exposure: Exposure;
  /** What the operation is called, for messages: `Counter.increment()`. */
  describe(operation: number): string;
  /** Holds the object while a call waits for its turn: its proxy may be gone by then. */
  addProxy(): void;
  dropProxy(): void;
}
