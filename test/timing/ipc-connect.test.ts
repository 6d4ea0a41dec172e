import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatAddress } from '../../transports/ipc/address.ts';
import { failure, Side } from '../conformance/transport-pair.ts';
import { close, deadSocket, IpcScene } from '../unit/ipc-scene.ts';

let scene: IpcScene;

beforeEach(() => {
  scene = new IpcScene();
});

afterEach(async () => {
  await scene[Symbol.asyncDispose]();
});

const blockedServer = (backlog: number): string => `
  import { createServer } from 'node:net';
  const server = createServer((socket) => { socket.resume(); socket.on('error', () => {}); });
  server.listen({ path: ${JSON.stringify(join('FOLDER', 'x'))}, backlog: ${backlog} }, () => {
    say('blocked');
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000));
  });
`;

describe('connecting to ipc', () => {
  for (const backlog of [8, 4096]) {
    test(`F27 L12 1,000 connections at once reach an actor that is blocked for 2 s, with a backlog of ${backlog}`, async () => {
      const server = scene.child(blockedServer(backlog).replace('FOLDER', scene.folder));
      expect(await server.line()).toBe('blocked');
      const connections = await Promise.all(Array.from({ length: 1_000 }, () => scene.connect(scene.at('x'))));
      const sides = connections.map((it) => new Side(it));
      expect(sides).toHaveLength(1_000);
      await close(...sides);
    }, 20_000);
  }

  test('F19 an actor that stays busy is ActorUnreachableError when the signal aborts, with what was tried', async () => {
    const server = scene.child(blockedServer(1).replace('FOLDER', scene.folder));
    expect(await server.line()).toBe('blocked');
    const attempts = Array.from({ length: 20 }, () => scene.connect(scene.at('x'), AbortSignal.timeout(1_000)));
    const outcomes = await Promise.allSettled(attempts);
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'UNREACHABLE' });
      // On a busy machine, a signal may abort before the first attempt has an outcome.
      expect(error.message).toMatch(/attempts.*EAGAIN|the attempt was abandoned/);
    }
    expect(errors.filter((error) => /attempts.*EAGAIN/.test(error.message))).not.toHaveLength(0);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await close(new Side(outcome.value));
  });

  test('F26 connecting waits for a file descriptor to become free', async () => {
    const listener = await scene.listen(scene.at('x'));
    const client = scene.child(
      `
      import { openSync, closeSync } from 'node:fs';
      const files = [];
      say('ready');
      await lines.next();
      await ipc.connect(${JSON.stringify(scene.at('x'))}, options).then((it) => { it.open(silent); it.destroy(); });
      try { for (;;) files.push(openSync('/dev/null', 'r')); } catch (error) { say(error.code); }
      const pending = ipc.connect(${JSON.stringify(scene.at('x'))}, options);
      setTimeout(() => files.forEach((fd) => closeSync(fd)), 50);
      const connection = await pending;
      connection.open(silent);
      say('connected');
      connection.destroy();
    `,
      64,
    );
    expect(await client.line()).toBe('ready');
    client.send('go');
    expect(await client.line()).toBe('EMFILE');
    expect(await client.line()).toBe('connected');
    await listener.close();
  });

  test('nobody there is known at once: no socket, no scene.folder, a dead socket, a file', async () => {
    await deadSocket(join(scene.folder, 'dead'));
    writeFileSync(join(scene.folder, 'file'), '');
    const started = performance.now();
    for (const address of [scene.at('none'), formatAddress('/none/at/all'), scene.at('dead')]) {
      expect(await failure(scene.connect(address))).toMatchObject({
        name: 'ActorUnreachableError',
        code: 'UNREACHABLE',
      });
    }
    expect(await failure(scene.connect(scene.at('file')))).toMatchObject({ name: 'TransportError' });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
