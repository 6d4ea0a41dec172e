import { type Executed, misuse, ProxyError, UActorError } from '../seam/errors.ts';
import { callingSignal } from './current-call.ts';
import { FUNCTION_EXPOSURE, operationName } from './exposure.ts';
import type { ObjectEntry } from './object-table.ts';
import { Relay } from './relay.ts';

/**
 * The maximum number of arguments: they are on the stack, once per function that passes them on, and it has room for some
 * 120,000.
 */
const MAX_ARGUMENTS = 32_768;

/**
 * Runs one operation of an object. The name comes from the object's own exposure, never from a message.
 *
 * @throws {@link ProxyError} `NOT_EXPOSED` for an operation that the exposure does not have, or whose method is gone; `TypeError`
 * for more arguments than fit on the stack.
 */
export function invoke(entry: ObjectEntry, operation: number, args: readonly unknown[]): unknown {
  const { exposure, target: object } = entry;
  if (object instanceof Relay) return object.reference?.call(operation, args, { signal: callingSignal() });
  const { methods, properties } = exposure;
  const method = methods[operation];
  if (method !== undefined) {
    const callee: unknown = exposure.typeid === FUNCTION_EXPOSURE.typeid ? object : Reflect.get(object, method);
    if (typeof callee !== 'function') throw notExposed(entry, operation);
    if (args.length > MAX_ARGUMENTS) throw refused(tooMany(method, args.length));
    return Reflect.apply(callee, object, args);
  }
  const property = properties[(operation - methods.length) >> 1];
  if (property === undefined) throw notExposed(entry, operation);
  if ((operation - methods.length) % 2 === 0) return Reflect.get(object, property);
  if (Reflect.set(object, property, args[0])) return undefined;
  const readOnly = `property '${property}' of this '${exposure.typeid}' object cannot be written: give it a setter`;
  throw refused(new ProxyError(readOnly, { code: 'READ_ONLY' }));
}

const refusals = new WeakSet<object>();
const passedOn = new WeakSet<object>();

/**
 * Returns whether the method of a call that ended with `error` ran. Work that was passed on to another process may not have
 * arrived there.
 *
 * Asked once per call, because it removes the mark of a refusal. A method that makes a call, is refused, and throws that same
 * error has run itself.
 */
export function fateOf({ target }: Pick<ObjectEntry, 'target'>, error: unknown): Executed {
  if (typeof error === 'object' && error !== null && refusals.delete(error)) return 'no';
  return error instanceof UActorError && (target instanceof Relay || passedOn.has(error)) ? error.executed : 'yes';
}

/** Sets on an error whether the call that it ends has run, replacing the value of a call that the method made. */
export function endingWith(error: unknown, executed: Executed): unknown {
  if (error instanceof UActorError) Reflect.set(error, 'executed', executed);
  return error;
}

/** Marks an error as thrown before any code of the object could run. */
export function refused<Refusal>(error: Refusal): Refusal {
  if (typeof error === 'object' && error !== null) refusals.add(error);
  return error;
}

/**
 * Marks an error about work that this process passed on to another one. The caller then receives the error's own `executed`,
 * rather than that of the local method, which has run in any case.
 */
export function markPassedOn(error: unknown): void {
  if (error instanceof UActorError) passedOn.add(error);
}

/** Returns the copy of an object for `getValue`. */
export function copyOf({ exposure, object }: ObjectEntry): unknown {
  if (object instanceof Relay) return object.reference?.copy({ signal: callingSignal() });
  return exposure.copy ? exposure.copy(object) : object;
}

/** Whether a result is awaited before it is sent. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

function notExposed({ exposure }: ObjectEntry, operation: number): ProxyError {
  const name = operationName(exposure, operation);
  return refused(
    new ProxyError(`the '${exposure.typeid}' object does not expose ${name}: add it to 'exposed' of its class`, {
      code: 'NOT_EXPOSED',
    }),
  );
}

function tooMany(method: string, count: number): TypeError {
  return misuse(`${method}() has ${count} arguments, but a call takes at most ${MAX_ARGUMENTS}: pass them as one list`);
}
