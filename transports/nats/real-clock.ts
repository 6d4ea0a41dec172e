import { clearTimeout, performance, setImmediate, setTimeout } from '../../core/seam/environment.ts';
import type { Clock } from './broker.ts';

/** The process's own time. Its timers do not keep the process alive. */
export const realClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon: (callback) => void setImmediate(callback),
};
