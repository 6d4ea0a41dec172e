import { type LeaseClock, MACHINE_CLOCK } from '../index.ts';

/** Time, and what is to be done later. */
export interface Clock extends LeaseClock {
  /** Calls `callback` after `ms`, unless the function that is returned is called before. */
  after(ms: number, callback: () => void): () => void;
}

export const realClock: Clock = {
  ...MACHINE_CLOCK,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
