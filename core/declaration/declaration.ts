import { misuse } from '../seam/errors.ts';
import { isShowable, type LocalExposure } from '../references/exposure.ts';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ActorOptions, mergeOptions } from './actor-options.ts';
import { checkOptions } from './check-options.ts';
import { bundle } from '../seam/bundle.ts';
import { isOptionsObject } from '../seam/call-options.ts';
import {
  bundleAdvice,
  demandInBundle,
  demandOneCopy,
  FRONT_DOOR,
  REGISTERED,
  registeredName,
} from './registered-classes.ts';
import type { ProxyClass } from '../proxy/proxy-class.ts';
import {
  COMMON_TYPEIDS,
  type TypeidTable,
  isPublic,
  publicMethods,
  exposedList,
  membersOf,
  narrowed,
} from './typeid-table.ts';
import { CallLimiter } from '../references/call-limiter.ts';

/** The static members with which a class declares its settings as an actor. */
export interface ActorStatics {
  readonly name: string;
  readonly module?: string | URL;
  readonly options?: ActorOptions;
  readonly exposed?: readonly string[];
  readonly proxies?: Readonly<Record<string, ProxyClass>>;
  readonly methodToTypeid?: Readonly<Record<string, string>>;
  readonly proxyClass?: ProxyClass;
}

/** The declaration of a class, checked and merged along its parent classes. */
export interface Declaration {
  readonly name: string;
  readonly options: ActorOptions;
  /** The exposed members, if the class or a parent lists them. */
  readonly exposed: readonly string[] | undefined;
  /** The members to which the class of the actor's proxies restricts the exposure, besides the hooks. */
  readonly narrowedTo: readonly string[] | undefined;
  readonly methodToTypeid: Readonly<Record<string, string>>;
  readonly proxies: Readonly<Record<string, ProxyClass>>;
}

/** The static members that are objects, and what each must be. */
const SHAPES = {
  options: 'an object of options: { spawnTimeout: 60_000 }',
  proxies: 'an object of proxy classes by typeid: { rows: RowsProxy }',
  methodToTypeid: "an object of typeids by method: { rows: 'list' }",
} as const;

/** The hooks that every actor exposes. */
export const HOOKS: readonly string[] = ['enter', 'exit', 'shutdown'];

/** Classes created by `with`, and their original classes, whose names are exported. */
const declaredBy = new WeakMap<object, object>();

/** Records that `made` is `original` with other options. */
export function declareLike(made: object, original: object): void {
  declaredBy.set(made, declaredBy.get(original) ?? original);
}

/**
 * Reads and checks the declaration of a class.
 *
 * @throws `TypeError` that says what is wrong in the declaration and what to do.
 */
export function readDeclaration(actorClass: ActorStatics, typeids: TypeidTable = COMMON_TYPEIDS): Declaration {
  const declaring = declaringClass(actorClass);
  const name = nameOf(declaring);
  if (name === '') {
    throw misuse(
      'this actor class has no name, so its process cannot find it: write `export class Counter extends Actor`',
    );
  }
  const chain = classChain(actorClass);
  const options = mergeOptions(chain.map((level) => ownMember(level, 'options', isOptionsObject, name) ?? {}));
  checkOptions(options, name);
  const proxies: Readonly<Record<string, ProxyClass>> = Object.assign(
    {},
    ...chain.map((level) => ownMember(level, 'proxies', isProxies, name)),
  );
  const methodToTypeid: Readonly<Record<string, string>> = Object.assign(
    {},
    ...chain.map((level) => ownMember(level, 'methodToTypeid', isTextRecord, name)),
  );
  const listed = exposedList(actorClass);
  const exposed = listed && [...new Set([...listed, ...HOOKS])];
  const narrowedTo = exposedList(actorClass.proxyClass);
  const declaration = { name, options, exposed, narrowedTo, methodToTypeid, proxies };
  checkNames(declaration, typeids);
  return declaration;
}

/**
 * Returns the URL of the module from which an actor's process imports the class.
 *
 * @throws `TypeError` when the class has no `module` of its own, or one that another process cannot find.
 */
export function moduleOf(actorClass: ActorStatics): string {
  const declaring = declaringClass(actorClass);
  if (bundle !== undefined) demandOneCopy();
  if (bundle !== undefined && registeredName(declaring) !== undefined) return REGISTERED;
  const { name } = declaring;
  if (!Object.hasOwn(declaring, 'module') || (bundle !== undefined && declaring.module === undefined)) {
    if (bundle !== undefined) throw misuse(`the process of ${name} would not find it: ${bundleAdvice(name)}`);
    throw misuse(
      `${name} does not tell its process where to find it: add \`static override readonly module = import.meta.url\` ` +
        `to ${name} itself (an inherited one names the parent's file; CommonJS uses __filename)`,
    );
  }
  const module: unknown = declaring.module;
  const text = module instanceof URL ? module.href : module;
  if (typeof text === 'string') {
    if (text.startsWith('file:') || text === FRONT_DOOR) return inBundle(name, text);
    if (isAbsolute(text)) return inBundle(name, pathToFileURL(text).href);
  }
  throw misuse(
    `${name}.module is ${JSON.stringify(text)}, which another process cannot find: it must be import.meta.url, ` +
      'a file: URL or an absolute path',
  );
}

/** Returns the name by which its process finds a class. */
export function nameOf(declaring: ActorStatics): string {
  return bundle === undefined ? declaring.name : (registeredName(declaring) ?? declaring.name);
}

function inBundle(name: string, url: string): string {
  if (bundle !== undefined) demandInBundle(name, url);
  return url;
}

/** Returns the class that its module exports: the original passed to {@link declareLike}, or the class itself. */
export function declaringClass(actorClass: ActorStatics): ActorStatics {
  const declaring = declaredBy.get(actorClass);
  return isStatics(declaring) ? declaring : actorClass;
}

/** Returns a module's path for messages. */
export function modulePath(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}

function checkNames({ name, methodToTypeid, proxies }: Declaration, typeids: TypeidTable): void {
  if (Object.hasOwn(proxies, 'actor')) {
    throw misuse(`${name}.proxies: the typeid 'actor' is reserved for the actor itself: choose another name`);
  }
  for (const [method, typeid] of Object.entries(methodToTypeid)) {
    if (typeid !== 'actor' && !Object.hasOwn(proxies, typeid) && typeids.get(typeid) === undefined) {
      throw misuse(
        `${name}.methodToTypeid.${method}: the typeid '${typeid}' is not defined: add it to ${name}.proxies, or use ` +
          `one of ${['actor', ...typeids.names].join(', ')}`,
      );
    }
  }
  const hidden = Object.keys(methodToTypeid).find((member) => !isShowable(member));
  if (hidden !== undefined) throw misuse(`${name}.methodToTypeid: '${hidden}' cannot be exposed: rename it`);
}

/** Returns the chain of parent classes, from the topmost down to `actorClass`. */
function classChain(actorClass: object): readonly object[] {
  const chain: object[] = [];
  let level: unknown = actorClass;
  while (typeof level === 'function' && level !== Function.prototype) {
    chain.unshift(level);
    level = Object.getPrototypeOf(level);
  }
  return chain;
}

function ownMember<T>(
  level: object,
  member: keyof typeof SHAPES,
  is: (value: unknown) => value is T,
  name: string,
): T | undefined {
  if (!Object.hasOwn(level, member)) return undefined;
  const value: unknown = Reflect.get(level, member);
  if (value === undefined || is(value)) return value;
  throw misuse(`${name}.${member} must be ${SHAPES[member]}`);
}

function isStatics(value: unknown): value is ActorStatics {
  return typeof value === 'function';
}

function isTextRecord(value: unknown): value is Readonly<Record<string, string>> {
  return isOptionsObject(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isProxies(value: unknown): value is Readonly<Record<string, ProxyClass>> {
  return isOptionsObject(value) && Object.values(value).every((proxyClass) => typeof proxyClass === 'function');
}

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
