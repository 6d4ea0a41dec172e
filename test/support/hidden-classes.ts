import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';

setFlagsFromString('--allow-natives-syntax');
const haveSameMap: unknown = runInThisContext('(a, b) => %HaveSameMap(a, b)');
const hasFastProperties: unknown = runInThisContext('(object) => %HasFastProperties(object)');

/** Whether V8 has given both objects one hidden class. */
export function haveSameHiddenClass(a: object, b: object): boolean {
  return ask(haveSameMap, a, b);
}

/** Whether V8 keeps the object as a table of names, without a hidden class that others can share. */
export function isDictionary(object: object): boolean {
  return !ask(hasFastProperties, object);
}

function ask(question: unknown, ...objects: readonly object[]): boolean {
  if (typeof question !== 'function') throw new TypeError('V8 does not answer');
  return question(...objects) === true;
}
