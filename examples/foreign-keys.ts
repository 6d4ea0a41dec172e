/**
 * Two actors with different keys: `node foreign-keys.js`. A proxy carries the address of its actor, but not its key. A
 * process that receives a proxy of an actor with another key must connect to that actor once.
 */
import { Actor, AuthkeyError, isMain } from 'uactor';

/** Adds up numbers. */
export class Total extends Actor {
  static override readonly module = import.meta.url;
  static override readonly options = { authkey: 'the key of the actor of totals' };
  #sum = 0;

  add(amount: number): number {
    this.#sum += amount;
    return this.#sum;
  }
}

/** Receives a proxy of a total, and adds to it. */
export class Shop extends Actor {
  static override readonly module = import.meta.url;
  static override readonly options = { authkey: 'the key of the actor of the shop' };

  /** Connects to the actor once, so that this process knows its key. */
  async trust(address: string, authkey: string): Promise<void> {
    await using total = await Total.connect(address, { authkey });
    await total.add(0);
  }

  async sell(price: number, total: { add(amount: number): Promise<number> }): Promise<number> {
    return await total.add(price);
  }
}

if (isMain(import.meta)) {
  await using total = await Total.spawn();
  await using shop = await Shop.spawn();
  try {
    await shop.sell(5, total);
  } catch (error) {
    if (!(error instanceof AuthkeyError)) throw error;
    console.log(
      `the shop does not know the key of ${error.address === total.connectionAddress ? 'the total' : 'another actor'}`,
    );
  }
  await shop.trust(total.connectionAddress ?? '', Total.options.authkey);
  console.log(`sold for ${await shop.sell(5, total)}`);
  console.log(`and this process, which knows both keys, adds to ${await total.add(1)}`);
}
