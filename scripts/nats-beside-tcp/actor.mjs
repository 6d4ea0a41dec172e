/** The called actor, in its own process: `actor.mjs OPTIONS`, those of `serve` as JSON. Prints its address, and lives until it is killed. */
import { Actor } from 'uactor';

class Called extends Actor {
  nothing() {}

  take(bytes) {
    return bytes.length;
  }
}

const { addresses } = await Called.serve(JSON.parse(process.argv[2]));
console.log(addresses[0]);
