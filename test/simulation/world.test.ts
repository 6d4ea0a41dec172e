import { expect, test } from 'vitest';
import { defineActors } from './actors.ts';
import { StuckError, World } from './world.ts';

/** Runs a small program of three processes, and returns its world. */
async function program(seed: number): Promise<World> {
  const world = new World({ seed, wire: { cutting: 0.5 } });
  const { main, actors } = defineActors(world);
  await world.run(async () => {
    const { Worker } = actors(main);
    const [echo, relay] = await Promise.all([Worker.spawn(), Worker.spawn()]);
    expect(await echo.echo('text')).toBe('text');
    expect(await relay.ask(echo, 5)).toBe(5);
    expect(await relay.call((value) => Number(value) + 1, 3)).toBe(4);
    const rows: number[] = [];
    for await (const row of await echo.rows(5)) rows.push(row);
    expect(rows).toEqual([0, 1, 2, 3, 4]);
    await Promise.all([echo.shutdown(), relay.shutdown()]);
  });
  expect(world.crashes).toEqual([]);
  expect(world.unhandled).toEqual([]);
  return world;
}

test('the same seed gives the same trace, another one another', async () => {
  const [first, second, third] = [await program(7), await program(7), await program(8)];
  expect(second.trace).toEqual(first.trace);
  expect(third.trace).not.toEqual(first.trace);
  expect(first.trace.length).toBeGreaterThan(20);
});

test('virtual time passes at once, and a deadline is met to the millisecond', async () => {
  const world = new World();
  const { main, actors } = defineActors(world);
  await world.run(async () => {
    const echo = await actors(main).Worker.spawn();
    const begun = world.scheduler.now;
    const call = main.uactor.callOptions(echo, { timeout: 3_600_000 }).never();
    await expect(call).rejects.toThrow(main.uactor.TimeoutError);
    expect(world.scheduler.now - begun).toBe(3_600_000);
  }, 4_000_000);
});

test('U16 a killed process rejects its calls, each once, and each process has its own idea of it', async () => {
  const world = new World();
  const { main, actors } = defineActors(world);
  await world.run(async () => {
    const { Worker } = actors(main);
    const [echo, relay] = await Promise.all([Worker.spawn(), Worker.spawn()]);
    expect(await relay.ask(echo, 1)).toBe(1);
    const pending = echo.never();
    const host = world.hosts.find(({ name }) => name.startsWith('Worker'));
    host?.kill();
    await expect(pending).rejects.toThrow(main.uactor.ActorDiedError);
    await expect(relay.ask(echo, 2)).rejects.toThrow(main.uactor.UActorError);
    await relay.shutdown();
  });
});

test('U36 what was collected is given back', async () => {
  const world = new World();
  const { main, actors } = defineActors(world);
  await world.run(async () => {
    const echo = await actors(main).Worker.spawn();
    main.collect(echo);
    const [child] = world.hosts.filter(({ name }) => name.startsWith('Worker'));
    await child?.ended;
    expect(main.uactor.stats().imports).toBe(0);
  });
});

test('a program in which nothing can happen any more is stuck', async () => {
  const world = new World();
  await expect(world.run(() => new Promise(() => undefined))).rejects.toThrow(StuckError);
});

test('a stopped process does nothing until it goes on', async () => {
  const world = new World();
  const { main, actors } = defineActors(world);
  await world.run(async () => {
    const echo = await actors(main).Worker.spawn();
    const host = world.hosts.find(({ name }) => name.startsWith('Worker'));
    host?.stop();
    let answered = false;
    const call = echo.echo(1).then(() => (answered = true));
    await world.sleep(5_000);
    expect(answered).toBe(false);
    host?.continue();
    await call;
  });
});
