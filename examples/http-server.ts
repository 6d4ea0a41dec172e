/**
 * An HTTP server that passes work to an actor. On SIGTERM it accepts no new connections, completes the open requests,
 * and then ends the actor.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Actor, callOptions, isMain } from 'uactor';

export class Thumbnails extends Actor {
  static override readonly module = import.meta.url;

  async make(name: string): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 300)); // the work
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
  server.close(); // accepts no new connections, and closes idle ones
  await once(server, 'close'); // the open requests have their responses
  console.log('the server ended');
  await thumbnails.shutdown();
}
