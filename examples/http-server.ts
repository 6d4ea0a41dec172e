/**
 * An HTTP server that passes work to an actor, and ends in good order on SIGTERM: no new connections, answers for the requests under
 * way, then the actor.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Actor, callOptions, isMain } from 'uactor';

export class Thumbnails extends Actor {
  static override readonly module = import.meta.url;

  async make(name: string): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 300)); // stands for the work
    return `thumbnail of ${name}`;
  }

  override shutdown(): void {
    console.log('the actor ended');
  }
}

if (isMain(import.meta)) {
  const thumbnails = await Thumbnails.spawn();
  const server = createServer((request, response) => {
    console.log(`request ${request.url}`);
    callOptions(thumbnails, { timeout: 10_000 })
      .make(request.url ?? '/')
      .then(
        (text) => response.end(`${text}\n`),
        () => response.writeHead(503).end(),
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  console.log(`port ${typeof address === 'object' ? address?.port : address}`);

  await once(process, 'SIGTERM');
  server.close(); // takes no new connections, and closes the idle ones
  await once(server, 'close'); // the requests under way have their answers
  console.log('the server ended');
  await thumbnails.shutdown();
}
