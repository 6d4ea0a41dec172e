import { type LeaseClock, MACHINE_CLOCK } from '../index.ts';

/** The time, and timers. */
export interface Clock extends LeaseClock {
  /** Calls `callback` after `ms`. Returns a function that cancels this. */
  after(ms: number, callback: () => void): () => void;
}

export const realClock: Clock = {
  ...MACHINE_CLOCK,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
