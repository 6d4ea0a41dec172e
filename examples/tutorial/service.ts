/** Step 10: a service with an address. A client connects with the address and the key; here both are one program. */
import { createServer } from 'node:http';
import { PrimeCounter } from './counter.ts';

const authkey = 'read it from a file in a real service';
await using owner = await PrimeCounter.with({ address: 'tcp://127.0.0.1:0', authkey }).spawn();
const { connectionAddress = '' } = owner; // with the port that the system chose
await using client = await PrimeCounter.connect(connectionAddress, { authkey });

const server = createServer((_request, response) => {
  client.count(0, 1_000).then(
    (count) => response.end(`${count} primes\n`),
    () => response.writeHead(503).end(),
  );
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const answer = await fetch(`http://127.0.0.1:${port}/`);
console.log((await answer.text()).trim()); // → 168 primes
server.close();
