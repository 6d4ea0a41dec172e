import { ActorManager, ProxyError, SyncManager } from 'uactor';
import { Counter } from '#fixtures/counter.js';
import { expect, test } from 'vitest';
import { hasEnded, isAlive } from '../support/leaks.ts';

test('U26 the owner of a manager knows its process, and can end it at once', async () => {
  await using manager = await SyncManager.start();
  const { pid = 0, exit } = manager.process;
  expect(isAlive(pid)).toBe(true);
  await manager.process.kill();
  expect(await exit).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  await hasEnded(pid);
});

test('U26 the manager of an actor class has its process, like any manager', async () => {
  await using manager = await Counter.managerClass.start();
  expect(manager).toBeInstanceOf(ActorManager);
  expect(isAlive(manager.process.pid ?? 0)).toBe(true);
});

test('U26 a manager that was only connected to does not show its process', async () => {
  await using manager = await SyncManager.start();
  await using connected = await SyncManager.connect(manager.address ?? '');
  expect(() => connected.process).toThrow(ProxyError);
  expect(() => connected.process).toThrow(/only the process that started the manager can call process\(\)/);
});
