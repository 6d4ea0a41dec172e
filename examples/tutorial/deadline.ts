/** Step 3: a call that takes too long. The caller stops waiting, and `terminate` ends the process in the middle of its loop. */
import { callOptions, ended, terminate, TimeoutError } from 'uactor';
import { PrimeCounter } from './counter.ts';

const counter = await PrimeCounter.spawn();
try {
  await callOptions(counter, { timeout: 200 }).count(0, 1e12);
} catch (error) {
  console.log(error instanceof TimeoutError && error.code); // → TIMEOUT
}
const end = ended(counter);
await terminate(counter);
console.log((await end).signal); // → SIGKILL
