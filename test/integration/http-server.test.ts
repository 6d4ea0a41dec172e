import { expect, test } from 'vitest';
import { Program } from '../support/program.ts';

test('an HTTP server that is told to end answers the request under way, and ends its actor after that', async () => {
  const server = new Program('http-server', [], { file: '../../build/examples/http-server.js' });
  const answer = fetch(`http://127.0.0.1:${await server.said('port')}/cat.png`).then((response) => response.text());
  await server.said('request');
  server.child.kill('SIGTERM');
  expect(await answer).toBe('thumbnail of /cat.png\n');
  expect(await server.ended).toEqual({ exitCode: 0, signal: null });
  expect(server.stdout.trim().split('\n').slice(2)).toEqual(['the server ended', 'the actor ended']);
});
