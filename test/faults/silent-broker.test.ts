import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../support/leaks.ts';
import { runProgram } from '../support/run-program.ts';

test('F47 a broker that accepts connections and sends nothing lets the program end, with an error that names it', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const place = typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
  const key = join(mkdtempSync(join(scratch, 'silent-')), 'key');
  writeFileSync(key, 'a key of more than sixteen bytes', { mode: 0o600 });
  try {
    const args = ['dist/cli/main.js', 'cluster', 'ps', '--servers', place, '--namespace', 'x', '--authkey-file', key];
    const { exitCode, signal, stdout, stderr } = await runProgram(args, { timeoutMs: 60_000 });
    expect({ exitCode, signal, stdout }).toEqual({ exitCode: 1, signal: null, stdout: '' });
    expect(stderr).toContain(`No broker of ${place} could be reached`);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
