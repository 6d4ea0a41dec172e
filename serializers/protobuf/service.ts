import type { NamespaceBase, Service as ReflectedService, Root } from 'protobufjs';
import { misuse } from '../../core/seam/errors.ts';
import { fieldsOf } from './message-costs.ts';
import type { MessageClass } from './message-registry.ts';

/**
 * A class that protobufjs generated for a service (`pbjs -t static-module`, version 2 of protobufjs-cli or newer): its methods
 * declare their messages.
 */
export interface ServiceClass {
  /** The prototype of the instances; TypeScript infers it. */
  readonly prototype: object;
}

/**
 * The methods of an actor that a service describes, derived from the class that `pbjs` and `pbts` generated for the service. Use
 * it with `implements`: requests and results are plain objects or messages.
 *
 * @example
 * class Till extends Actor implements Pick<ServiceMethods<till.Till>, 'book'> {
 *   static override readonly module = import.meta.url;
 *   #total = 0;
 *   book(booking: till.IBooking) {
 *     return { total: (this.#total += Number(booking.amount ?? 0)) };
 *   }
 * }
 */
export type ServiceMethods<Service> = {
  readonly [Name in keyof Service as Service[Name] extends Generated ? Name : never]: MethodOf<Service[Name]>;
};

/** The generator's declaration of a method, besides its two signatures, of which `infer` finds the last. */
interface Generated {
  readonly path: string;
  readonly requestType: string;
  readonly responseType: string;
}

type MethodOf<Method> = Method extends (request: infer Request) => Promise<infer Response>
  ? (request: RequestOf<Method, Request>) => ResponseOf<Method, Fields<Response>>
  : never;

type RequestOf<Method, Request> = Method extends { readonly requestStream: true }
  ? AsyncIterableIterator<Request>
  : Request;

type ResponseOf<Method, Response> = Method extends { readonly responseStream: true }
  ? AsyncIterableIterator<Response>
  : OrNothing<Response> | Promise<OrNothing<Response>>;

/** A message without fields may be omitted. */
type OrNothing<Response> = [keyof Response] extends [never] ? Response | void : Response;

/** The fields of a message without the members of its class. */
type Fields<Message> = {
  [Name in keyof Message as Message[Name] extends (...args: never) => unknown ? never : Exclude<Name, '$unknowns'>]?:
    | Message[Name]
    | null;
};

/** A message type of a service, with the parts for converting plain objects. */
export interface ServiceType {
  readonly fullName: string;
  /** The prototype of messages of this type. */
  readonly prototype: object;
  /** Whether it has no fields, like `google.protobuf.Empty`: then the message may also be omitted. */
  readonly isEmpty: boolean;
  /** Describes what is wrong with a plain object; `null` when nothing is. */
  verify(fields: Record<string, unknown>): string | null;
  fromObject(fields: Record<string, unknown>): object;
}

/** One method of a service. */
export interface ServiceMethod {
  readonly request: ServiceType;
  readonly response: ServiceType;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** A service that describes an actor. */
export interface ActorService {
  readonly fullName: string;
  /** By the name of the method in JavaScript. */
  readonly methods: ReadonlyMap<string, ServiceMethod>;
}

/** A method as declared in a schema. */
interface Stated {
  readonly name: string;
  readonly requestType: string;
  readonly responseType: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/**
 * Loads the requested services.
 *
 * @throws {@link TypeError} `MISUSE` when there is no such service, or a message that it names is not in the schema.
 */
export function loadServices(
  wanted: readonly (string | ServiceClass)[],
  roots: readonly Root[],
  classes: ReadonlyMap<string, MessageClass>,
): readonly ActorService[] {
  return wanted.map((service) => {
    const { fullName, methods } = typeof service === 'string' ? reflected(service, roots) : generated(service);
    return {
      fullName,
      methods: new Map(methods.map((method) => [lowerFirst(method.name), resolved(fullName, method, classes)])),
    };
  });
}

interface StatedService {
  readonly fullName: string;
  readonly methods: readonly Stated[];
}

function reflected(fullName: string, roots: readonly Root[]): StatedService {
  for (const root of roots) {
    const found = find(root, fullName);
    if (found !== undefined) return { fullName, methods: found.methodsArray.map(statementOf) };
  }
  throw misuse(
    roots.length === 0
      ? `protobuf() cannot find the service ${fullName}: give the files or the root that it is in, or its generated class`
      : `There is no service ${fullName} in the schema, which has ${listed(roots.flatMap(serviceNames))}`,
  );
}

function find(root: Root, fullName: string): ReflectedService | undefined {
  const found: unknown = root.lookup(fullName);
  return isService(found) && found.fullName === `.${fullName}` ? found : undefined;
}

function serviceNames(namespace: NamespaceBase): readonly string[] {
  return namespace.nestedArray.flatMap((nested) => {
    if (isService(nested)) return [nested.fullName.slice(1)];
    return isNamespace(nested) ? serviceNames(nested) : [];
  });
}

function isService(value: unknown): value is ReflectedService {
  return typeof value === 'object' && value !== null && 'methodsArray' in value;
}

export function isNamespace(value: object): value is NamespaceBase {
  return 'nestedArray' in value;
}

function generated(service: ServiceClass): StatedService {
  const { prototype } = service;
  const methods = Object.values(prototype ?? {}).filter((method) => isStated(method));
  const [first] = methods;
  if (first === undefined) {
    throw misuse(
      'A service must be a full name, such as shop.Desk, or a class that protobufjs-cli 2 or newer generated for one: ' +
        'the given value is neither, or has no methods',
    );
  }
  return { fullName: first.path.split('/')[1] ?? '', methods: methods.map(statementOf) };
}

function isStated(method: unknown): method is Stated & { readonly path: string } {
  return (
    typeof method === 'function' &&
    ['path', 'requestType', 'responseType'].every((member) => typeof Reflect.get(method, member) === 'string')
  );
}

function statementOf(method: {
  readonly name: string;
  readonly requestType: string;
  readonly responseType: string;
  readonly requestStream?: boolean | undefined;
  readonly responseStream?: boolean | undefined;
}): Stated {
  const { name, requestType, responseType, requestStream, responseStream } = method;
  return {
    name,
    requestType,
    responseType,
    requestStream: requestStream ?? false,
    responseStream: responseStream ?? false,
  };
}

function resolved(service: string, method: Stated, classes: ReadonlyMap<string, MessageClass>): ServiceMethod {
  const typeOf = (name: string): ServiceType => {
    const fullName = resolve(service, name, classes);
    const type = fullName === undefined ? undefined : classes.get(fullName);
    if (fullName !== undefined && type !== undefined) return serviceType(fullName, type);
    throw misuse(
      `${service}.${method.name} uses a message ${name}, which is not in the schema: add its file, or its class to types`,
    );
  };
  return {
    request: typeOf(method.requestType),
    response: typeOf(method.responseType),
    requestStream: method.requestStream,
    responseStream: method.responseStream,
  };
}

/**
 * Returns the message type of this name for a service.
 *
 * @throws {@link TypeError} `MISUSE` when its class was generated without conversion from plain objects.
 */
function serviceType(fullName: string, type: MessageClass): ServiceType {
  if (type.verify === undefined || type.fromObject === undefined) {
    throw misuse(
      `The class given for ${fullName} was generated without verify and fromObject, which its service needs: ` +
        'generate it without --no-verify and --no-convert',
    );
  }
  return {
    fullName,
    prototype: type.prototype,
    isEmpty: fieldsOf(type.prototype).length === 0,
    verify: (fields) => type.verify?.(fields) ?? null,
    fromObject: (fields) => type.fromObject?.(fields) ?? {},
  };
}

/** Returns the full name of `name` within the service: as in C++, the innermost scope that has it. */
function resolve(service: string, name: string, classes: ReadonlyMap<string, MessageClass>): string | undefined {
  if (name.startsWith('.')) return name.slice(1);
  const scope = service.split('.');
  for (let length = scope.length; length >= 0; length--) {
    const candidate = [...scope.slice(0, length), name].join('.');
    if (classes.has(candidate)) return candidate;
  }
  return undefined;
}

/** Converts a method's name like protobufjs and gRPC for Node. */
function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
