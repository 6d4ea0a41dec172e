import { inProcess } from 'uactor/testing';
import { Counter } from '../actors.mjs';

test('an actor in an ES module', async () => {
  const counter = await Counter.spawn();
  expect(await counter.increment(3)).toBe(3);
  await expect(counter.fail()).rejects.toThrow(RangeError);
  await counter.shutdown();
});

test('an actor without a process in an ES module', async () => {
  const counter = await inProcess(Counter);
  expect(await counter.increment(3)).toBe(3);
  await counter.shutdown();
});
