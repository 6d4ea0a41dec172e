/** Code that needs the recommended settings of a compiler: `await using`, and an import that ends in `.ts`. */
import { Counter } from './typed.ts';

await using counter = await Counter.spawn();
console.log(await counter.increment(3));
