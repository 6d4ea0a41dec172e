/** A client of network-actor.js: `node network-client.js tcp://127.0.0.1:7000 KEYFILE`. */
import { readFileSync } from 'node:fs';
import { AuthkeyError } from 'uactor';
import { Readings } from './network-actor.ts';

const [, , address = '', keyFile = 'key'] = process.argv;
try {
  await using readings = await Readings.connect(address, { authkey: readFileSync(keyFile, 'utf8').trim() });
  await readings.add(19.5);
  await readings.add(21);
  console.log(`highest ${await readings.highest()}`);
} catch (error) {
  if (!(error instanceof AuthkeyError)) throw error;
  console.log(`refused by ${error.address}`);
  process.exitCode = 1;
}
