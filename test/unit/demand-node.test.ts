import { expect, test } from 'vitest';
import { demandNode } from '../../core/process/owner/node-process.ts';

test('U5 a program that Bun runs fails at once with the advice to use Node', () => {
  expect(() => demandNode('Counter', { ...process.versions, bun: '1.4.5' })).toThrow(
    expect.objectContaining({
      name: 'ActorSpawnError',
      code: 'SPAWN_FAILED',
      executed: 'no',
      message: expect.stringContaining(
        'cannot be started by Bun 1.4.5, which does not read from an inherited pipe: run the program with Node',
      ),
    }),
  );
  expect(() => demandNode('Counter')).not.toThrow();
});
