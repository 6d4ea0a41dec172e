const { inProcess } = require('uactor/testing');
const { Counter } = require('./actor.cjs');

test('an actor in CommonJS', async () => {
  const counter = await Counter.spawn();
  expect(await counter.increment(3)).toBe(3);
  await expect(counter.fail()).rejects.toThrow(RangeError);
  await counter.shutdown();
});

test('an actor without a process in CommonJS', async () => {
  const counter = await inProcess(Counter);
  expect(await counter.increment(3)).toBe(3);
  await counter.shutdown();
});
