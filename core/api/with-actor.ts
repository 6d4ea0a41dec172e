import { type BaseProxy, refuseOtherCopy } from '../proxy/base-proxy.ts';
import { misuse } from '../seam/errors.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';

/**
 * Runs `body` with an actor: calls its `enter` hook, the body, and its `exit` hook with the error of the body, if any. If `exit`
 * resolves to `true`, the error is swallowed. At the end the owner shuts the actor down; any other process releases the proxy.
 *
 * @throws `TypeError` when `actor` is not an actor's proxy, or `body` not a function; the actor has ended then.
 * @returns the result of `body`, or `undefined` when `exit` swallowed its error.
 * @example
 * const total = await withActor(Counter.spawn(), async (counter) => await counter.increment(5));
 */
export async function withActor<A extends ActorProxy, Result>(
  actor: A | PromiseLike<A>,
  body: (actor: A) => Result | PromiseLike<Result>,
): Promise<Result | undefined> {
  const entered = await actor;
  if (!(entered instanceof ActorProxy)) {
    if (typeof entered === 'object' && entered !== null) refuseOtherCopy(entered);
    throw misuse(
      'withActor: the first argument must be an actor, or the promise of one: withActor(Counter.spawn(), …)',
    );
  }
  try {
    if (typeof body !== 'function') {
      throw misuse(
        'withActor: the second argument must be a function of the actor: withActor(Counter.spawn(), async (counter) => …)',
      );
    }
    await entered.callMethod('enter');
    return await leaveAfter(entered, body);
  } finally {
    await entered[Symbol.asyncDispose]();
  }
}

async function leaveAfter<A extends BaseProxy, Result>(
  actor: A,
  body: (actor: A) => Result | PromiseLike<Result>,
): Promise<Result | undefined> {
  let result: Result;
  try {
    result = await body(actor);
  } catch (error) {
    if ((await actor.callMethod('exit', [error])) === true) return undefined;
    throw error;
  }
  await actor.callMethod('exit');
  return result;
}
