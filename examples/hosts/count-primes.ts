/**
 * Counts primes on other machines: `node count-primes.js KEYFILE tcp://10.0.0.7:7000 …`. On each machine, run
 * `uactor host --listen tcp://10.0.0.7:7000 --modules actors.js --authkey-file KEYFILE`.
 */
import { readFileSync } from 'node:fs';
import { Host, isMain } from 'uactor';
import { Primes } from './actors.ts';

const BELOW = 40_000;
const PARTS = 4;

if (isMain(import.meta)) {
  const [, , keyFile = 'key', ...addresses] = process.argv;
  const authkey = readFileSync(keyFile, 'utf8').trim();
  const hosts = await Promise.all(addresses.map(async (address) => await Host.connect(address, { authkey })));
  const counts = Array.from({ length: PARTS }, async (_, part) => {
    await using primes = await Primes.with({ on: hosts }).spawn();
    return await primes.count((part * BELOW) / PARTS, ((part + 1) * BELOW) / PARTS);
  });
  const sum = (await Promise.all(counts)).reduce((total, count) => total + count, 0);
  console.log(`${sum} primes below ${BELOW}, counted on ${hosts.length} hosts`);
  for (const host of hosts) host[Symbol.dispose]();
}
