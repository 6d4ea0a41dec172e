import { registerClass } from 'uactor';
import { expect, test } from 'vitest';
import { Target } from '#fixtures/target.js';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';

/** A class that the actor's process does not know. */
class OnlyHere {
  readonly here = true;
}

const callback = (value: number): Promise<number> => Promise.resolve(value + 1);

test('U30 a callback works even if the value with the first callback could not be decoded', async () => {
  registerClass(OnlyHere, { name: 'OnlyHere', toJSON: () => ({}), fromJSON: () => new OnlyHere() });
  const target = await Target.spawn();
  expect(await failure(target.echo([new OnlyHere(), callback]))).toMatchObject({ code: 'INVALID_PAYLOAD' });
  expect(await target.repeat(callback, 3)).toBe(6);
  await target.shutdown();
});
