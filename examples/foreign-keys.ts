/**
 * Two actors with different keys: `node foreign-keys.js`. A proxy says where its actor is, and not what its key is; who
 * receives one of an actor with another key has to have been told that, before or after.
 */
import { Actor, AuthkeyError, isMain } from 'uactor';

/** Adds up what it is told. */
export class Total extends Actor {
  static override readonly module = import.meta.url;
  static override readonly options = { authkey: 'the key of the actor of totals' };
  #sum = 0;

  add(amount: number): number {
    this.#sum += amount;
    return this.#sum;
  }
}

/** Is handed a total, and adds to it. */
export class Shop extends Actor {
  static override readonly module = import.meta.url;
  static override readonly options = { authkey: 'the key of the actor of the shop' };

  /** From now on this process knows the key of that actor. */
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
      `the shop does not know the key of ${error.address === total.connectionAddress ? 'the total' : 'whom?'}`,
    );
  }
  await shop.trust(total.connectionAddress ?? '', Total.options.authkey);
  console.log(`sold for ${await shop.sell(5, total)}`);
  console.log(`and this process, which knows both keys, adds to ${await total.add(1)}`);
}
