/** A supervised actor that sometimes crashes, and a caller that continues: `node supervised.js`. */
import { Actor, ActorDiedError, isMain, supervise } from 'uactor';

/** Adds up numbers, and crashes at every seventh number. */
export class Fragile extends Actor {
  static override readonly module = import.meta.url;
  #sum = 0;

  add(number: number): number {
    if (number % 7 === 0) process.exit(1);
    return (this.#sum += number);
  }
}

if (isMain(import.meta)) {
  await using fragile = await supervise(Fragile, [], { maxRestarts: 10, backoff: { initialMs: 10 } });
  let lost = 0;
  for (let number = 1; number <= 20; number++) {
    try {
      await fragile.add(number);
    } catch (error) {
      // The method may have run, so the program does not call it again.
      if (!(error instanceof ActorDiedError) || error.executed !== 'maybe') throw error;
      lost++;
    }
  }
  console.log(`${lost} calls were lost with their process, 18 others got their replies`);
  console.log(`the sum since the last restart is ${await fragile.add(0.5)}`);
}
