import type { Declaration } from './declaration.ts';
import { HOOKS } from './declaration.ts';
import { misuse } from '../seam/errors.ts';
import { CallLimiter } from '../references/call-limiter.ts';
import type { LocalExposure } from '../references/exposure.ts';
import { isPublic, prototypesOf, publicMethods } from './typeid-table.ts';

/**
 * What the proxies of an actor show: everything public, or exactly what `exposed` lists, and the hooks.
 *
 * @throws `TypeError` when `exposed` or `methodToTypeid` names something that the actor does not have.
 */
export function exposeActor(actor: object, declaration: Declaration): LocalExposure {
  const { name, exposed, methodToTypeid, options } = declaration;
  const names = exposed ?? [...publicMethods(actor), ...ownMethods(actor)];
  const methods = new Set(HOOKS);
  const properties: string[] = [];
  for (const member of names) {
    if (methods.has(member)) continue;
    if (!(member in actor)) {
      throw misuse(
        `${name}.exposed lists '${member}', but the class has no such member: correct the name or declare it`,
      );
    }
    if (isMethod(actor, member)) methods.add(member);
    else properties.push(member);
  }
  for (const method of Object.keys(methodToTypeid)) {
    if (!methods.has(method)) {
      throw misuse(`${name}.methodToTypeid names '${method}', which is not an exposed method of the class`);
    }
  }
  return {
    typeid: 'actor',
    methods: [...methods],
    properties,
    methodToTypeid,
    ...(options.concurrency !== undefined && { gate: new CallLimiter(options.concurrency) }),
  };
}

/** Functions that the constructor put on the object itself (`save = async () => …`). */
function ownMethods(actor: object): readonly string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(actor))
    .filter(([name, { value }]) => typeof value === 'function' && isPublic(name))
    .map(([name]) => name);
}

/** Whether a member is a function, found without running a getter. */
function isMethod(actor: object, member: string): boolean {
  for (const level of [actor, ...prototypesOf(actor)]) {
    const descriptor = Object.getOwnPropertyDescriptor(level, member);
    if (descriptor) return typeof descriptor.value === 'function';
  }
  return false;
}
