import { Lingering, Reporting } from '#fixtures/crashing.js';
import { Counter } from '#fixtures/counter.js';
import { ActorDiedError, terminate } from 'uactor';
import { expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { hasEnded } from '../support/leaks.ts';

test("F13 a module's own handler of uncaught exceptions does not turn a crash into an orderly end", async () => {
  await using actor = await Reporting.spawn();
  const pid = await actor.pid();
  const pending = failure(actor.never());
  await actor.throwLater();
  expect(await pending).toMatchObject({
    constructor: ActorDiedError,
    exitCode: 1,
    message: expect.stringContaining('thrown later'),
  });
  await hasEnded(pid);
});

test('F14 an exit handler that blocks does not delay the rejection of waiting calls', async () => {
  await using actor = await Lingering.spawn();
  const pending = [failure(actor.never()), failure(actor.leave(3))];
  for (const error of await Promise.all(pending)) {
    expect(error).toMatchObject({
      constructor: ActorDiedError,
      exitCode: undefined,
      message: expect.stringContaining("an 'exit' handler blocks it"),
    });
  }
  await terminate(actor);
});

test('F19 U1 the owner knows the process id of a blocked actor', async () => {
  await using actor = await Counter.spawn();
  const spinning = failure(actor.spin());
  expect(await actor.pid()).toBeGreaterThan(0);
  await terminate(actor);
  expect(await spinning).toBeInstanceOf(ActorDiedError);
  expect(await failure(actor.pid())).toBeInstanceOf(ActorDiedError);
});
