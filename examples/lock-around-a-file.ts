/**
 * Several processes read a number from a file, add one, and write it back. A shared lock lets only one process do so at a time.
 * Run it with `node lock-around-a-file.js FILE`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Actor, isMain, type LockProxy, SyncManager } from 'uactor';

export class Adder extends Actor {
  static override readonly module: string = import.meta.url;

  async add(file: string, times: number, lock: LockProxy): Promise<void> {
    using shared = lock;
    for (let time = 0; time < times; time++) {
      await using _ = await shared.hold();
      const number = Number(await readFile(file, 'utf8'));
      await writeFile(file, String(number + 1));
    }
  }
}

if (isMain(import.meta)) {
  const [, , file = 'number.txt'] = process.argv;
  await writeFile(file, '0');
  await using manager = await SyncManager.start();
  const lock = await manager.Lock();
  const adders = await Promise.all(Array.from({ length: 4 }, () => Adder.spawn()));
  await Promise.all(adders.map((adder) => adder.add(file, 25, lock)));
  console.log(`the file says ${await readFile(file, 'utf8')}`);
  await Promise.all(adders.map((adder) => adder.shutdown()));
}
