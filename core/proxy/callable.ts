import { dropWhenCollected, type Hold } from '../references/reference.ts';
import { OPERATION_CALL } from '../references/exposure.ts';
import type { CallOptions } from '../seam/call-options.ts';
import { ProxyError } from '../seam/errors.ts';
import type { RemoteFunction } from './bound-method.ts';

const holds = new WeakMap<object, Hold>();

/** A function of another process, as a function here. It holds its reference until it is collected or released. */
export function makeCallable(hold: Hold): RemoteFunction {
  const callable: RemoteFunction = (...args) => {
    const { reference } = hold;
    if (reference) return reference.call(OPERATION_CALL, args, hold.options);
    return Promise.reject(new ProxyError('this remote function was released', { code: 'RELEASED' }));
  };
  holds.set(callable, hold);
  dropWhenCollected(callable, hold);
  return callable;
}

/** The same function, called with `options`; `undefined` for one that was released, or is not of another process. */
export function callableWithOptions(callable: object, options: CallOptions): RemoteFunction | undefined {
  const hold = holds.get(callable);
  const another = hold?.another({ ...hold.options, ...options });
  return another && makeCallable(another);
}

/** The share in its reference of a function that {@link makeCallable} made. */
export function callableHold(callable: object): Hold | undefined {
  return holds.get(callable);
}
