/** Step 9: restart after a crash. The proxy of a supervised actor follows it from process to process. */
import { supervise } from 'uactor';
import { CheckedCounter } from './errors.ts';

await using counter = await supervise(CheckedCounter, [], { maxRestarts: 5, withinMs: 60_000 });
const before = await counter.pid();
await counter.crash().catch(() => undefined);
console.log(await counter.count(0, 100)); // → 25
console.log((await counter.pid()) === before ? 'the same process' : 'another process'); // → another process
