import type { Declaration } from './declaration.ts';
import { HOOKS } from './declaration.ts';
import { misuse } from '../seam/errors.ts';
import { CallLimiter } from '../references/call-limiter.ts';
import type { LocalExposure } from '../references/exposure.ts';
import { membersOf, narrowed } from './exposed-list.ts';
import { isPublic, publicMethods } from './typeid-table.ts';

/**
 * Returns the exposure of an actor: all public members, or those in `exposed`, and the hooks; restricted to the list of the proxy
 * class.
 *
 * @throws `TypeError` when `exposed` or `methodToTypeid` contains a name that the actor does not have.
 */
export function exposeActor(actor: object, declaration: Declaration): LocalExposure {
  const { name, exposed, narrowedTo, methodToTypeid, options } = declaration;
  const names = exposed ?? [...publicMethods(actor), ...ownMethods(actor)];
  const hooks = new Set(HOOKS);
  const all = membersOf(
    actor,
    [...new Set(names)].filter((member) => !hooks.has(member)),
    name,
  );
  for (const method of Object.keys(methodToTypeid)) {
    if (!hooks.has(method) && !all.methods.includes(method)) {
      throw misuse(`${name}.methodToTypeid names '${method}', which is not an exposed method of the class`);
    }
  }
  const { methods, properties } = narrowed(all, narrowedTo);
  return {
    typeid: 'actor',
    methods: [...HOOKS, ...methods],
    properties,
    methodToTypeid,
    ...(options.concurrency !== undefined && { gate: new CallLimiter(options.concurrency) }),
  };
}

/** Returns functions that the constructor assigned to the object itself (`save = async () => …`). */
function ownMethods(actor: object): readonly string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(actor))
    .filter(([name, { value }]) => typeof value === 'function' && isPublic(name))
    .map(([name]) => name);
}
