import { clearTimeout, performance, setImmediate, setTimeout } from '../../core/seam/environment.ts';
import type { Clock } from './broker.ts';

/** The process's own time. None of it keeps the process alive, beyond a turn that is due anyway. */
export const realClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon: (callback) => void setImmediate(callback),
};
