/** The called actor, in its own process: `actor.mjs OPTIONS`, as JSON. Prints its addresses, and lives until it is killed. */
import { Actor } from 'uactor';

class Called extends Actor {
  nothing() {}

  take(bytes) {
    return bytes.length;
  }
}

const { authkey, places } = JSON.parse(process.argv[2]);
const servers = [];
for (const { address, transport } of places) servers.push(await Called.serve({ address, transport, authkey }));
console.log(JSON.stringify(servers.map(({ addresses }) => addresses[0])));
