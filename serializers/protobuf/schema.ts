import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Protobufjs from 'protobufjs';
import type { NamespaceBase, Root } from 'protobufjs';
import { misuse } from '../../core/seam/errors.ts';
import type { Codec, CodecContext, Serializer } from '../../core/seam/serializer.ts';
import { ProtobufCodec } from './codec.ts';
import type { TypeFields } from './message-costs.ts';
import { createMessage, isCreatable } from './message-of.ts';
import { type KnownClass, type MessageClass, MessageRegistry, type MessageType } from './message-registry.ts';
import { type ActorService, isNamespace, loadServices, type ServiceClass } from './service.ts';
import { ServiceCodec } from './service-codec.ts';

/** The prefix of this library's own message names. */
const OWN = 'uactor.';

const FULL_NAME = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/** The messages that are sent unchanged. The three sources can be combined. */
export interface Schema {
  /** `.proto` files, as file URLs or absolute paths; their imports are found relative to them. Needs code generation. */
  readonly files?: readonly (string | URL)[];
  /** A `Root` that the program has loaded or created with protobufjs. Needs code generation. */
  readonly root?: Root;
  /** Classes of the static generator (`pbjs -t static-module`), by the full name of their message. */
  readonly types?: Readonly<Record<string, MessageClass>>;
  /**
   * The services that describe actors: full names, or classes of the static generator. Arguments and results of their methods are
   * sent as the messages that the service declares; plain objects are converted.
   */
  readonly service?: string | ServiceClass | readonly (string | ServiceClass)[];
  /**
   * The name that both ends compare. Default: `protobuf+` and a hash of the full names of all messages and services, so new
   * fields do not change it, but new messages do.
   */
  readonly name?: string;
}

/** The serializer of a schema. */
export interface SchemaSerializer extends Serializer {
  /** The full names of the messages that are sent unchanged. */
  readonly messages: readonly string[];
  /** The full names of the services that describe actors. */
  readonly services: readonly string[];
  /**
   * Creates a message of this type with these fields: nested messages as plain objects, enums by name or number, 64-bit integers
   * and bytes as text (decimal, base64) if necessary. Nothing is lost: a value that does not fit causes an error.
   *
   * @throws `SerializerError` `UNSERIALIZABLE` with the path to a number that is too large for the field, or a field that the
   * message does not have.
   * @throws `TypeError` `MISUSE` when the schema has no such message.
   */
  create(fullName: string, fields?: Readonly<Record<string, unknown>>): object;
}

/** @throws `TypeError` `MISUSE` when the schema cannot be loaded, or is invalid. */
export function loadSchema({ files = [], root, types = {}, service = [], name }: Schema): SchemaSerializer {
  if (!Array.isArray(files)) throw misuse('protobuf() takes a list of files: { files: [new URL(…, import.meta.url)] }');
  const classes = new Map<string, KnownClass>();
  const roots = [...(files.length > 0 ? [loadFiles(files)] : []), ...(root === undefined ? [] : [root])];
  for (const each of roots) addTypes(each, classes);
  for (const [fullName, type] of Object.entries(types)) classes.set(fullName, checkedClass(fullName, type));
  const registry = new MessageRegistry();
  for (const [fullName, type] of classes) registry.add(fullName, type);
  const messages = [...classes.keys()].toSorted();
  if (messages.length === 0) throw misuse('protobuf() needs a schema with messages: pass files, root or types');
  const services = loadServices(isList(service) ? service : [service], roots, classes);
  const serviceNames = services.map(({ fullName }) => fullName).toSorted();
  return Object.freeze({
    name: name ?? `protobuf+${hashOf([...messages, ...serviceNames])}`,
    messages,
    services: serviceNames,
    open: (context: CodecContext): Codec => openCodec(context, registry, services),
    create: (fullName: string, fields: Readonly<Record<string, unknown>> = {}): object => {
      const type = classes.get(fullName);
      if (type !== undefined && isCreatable(type)) return createMessage(fullName, type, { ...fields });
      throw misuse(
        type === undefined
          ? `There is no message ${fullName} in the schema, which has ${messages.join(', ')}`
          : `The class given for ${fullName} was generated without fromObject: use its constructor`,
      );
    },
  });
}

function openCodec(context: CodecContext, registry: MessageRegistry, services: readonly ActorService[]): Codec {
  return services.length === 0 ? new ProtobufCodec(context, registry) : new ServiceCodec(context, registry, services);
}

function isList<T>(value: string | T | readonly (string | T)[]): value is readonly (string | T)[] {
  return Array.isArray(value);
}

function hashOf(names: readonly string[]): string {
  return createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 16);
}

/** Loads the whole of protobufjs, with its parser, which only schemas in text need. */
function loadFiles(files: readonly (string | URL)[]): Root {
  const protobufjs: unknown = createRequire(import.meta.url)('protobufjs');
  if (!isProtobufjs(protobufjs)) throw misuse('The package protobufjs that is installed is not usable: reinstall it');
  const paths = files.map(pathOf);
  try {
    return new protobufjs.Root().loadSync(paths);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw misuse(`protobuf() cannot load ${paths.join(', ')}: ${why}. Imports are looked for beside the file`, cause);
  }
}

function isProtobufjs(module: unknown): module is typeof Protobufjs {
  return typeof module === 'object' && module !== null && 'Root' in module;
}

function pathOf(file: string | URL): string {
  const path = file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : file;
  if (isAbsolute(path)) return path;
  // An actor's process may have another working directory than its owner.
  throw misuse(`${path} is a relative path: give new URL('./${path}', import.meta.url)`);
}

function addTypes(root: Root, classes: Map<string, KnownClass>): void {
  root.resolveAll();
  const visit = (namespace: NamespaceBase): void => {
    for (const nested of namespace.nestedArray) {
      const fullName = nested.fullName.replace(/^\./, '');
      if (isReflectedType(nested)) classes.set(fullName, reflectedClass(fullName, nested));
      if (isNamespace(nested)) visit(nested);
    }
  };
  visit(root);
}

interface ReflectedType extends MessageType, TypeFields {}

function isReflectedType(value: object): value is ReflectedType {
  return 'fieldsArray' in value && 'encode' in value && 'decode' in value;
}

function reflectedClass(fullName: string, type: ReflectedType): KnownClass {
  checkForeign(fullName);
  try {
    const { prototype } = type.ctor;
    return {
      prototype,
      reflected: type,
      encode: (message, writer) => type.encode(message, writer),
      decode: (reader, length) => type.decode(reader, length),
      fromObject: (fields) => {
        if (type.fromObject === undefined)
          throw misuse(`${fullName} cannot be created from an object: its class has no fromObject`);
        return type.fromObject(fields);
      },
      verify: (fields) => type.verify?.(fields) ?? null,
      toObject: (message, options) => type.toObject?.(message, options) ?? {},
    };
  } catch (cause) {
    if (!(cause instanceof EvalError)) throw cause;
    throw misuse(
      `protobufjs generates code for ${fullName}, which this process forbids (--disallow-code-generation-from-strings): ` +
        'generate classes with pbjs -t static-module, and pass them as types',
      cause,
    );
  }
}

function checkedClass(fullName: string, type: MessageClass): MessageClass {
  if (!FULL_NAME.test(fullName)) throw misuse(`${fullName} is not the full name of a message, such as shop.Order`);
  checkForeign(fullName);
  if (typeof type === 'function' && 'encode' in type && 'decode' in type) return type;
  throw misuse(`The value given for ${fullName} is not a class generated by protobufjs: it lacks encode and decode`);
}

function checkForeign(fullName: string): void {
  if (fullName.startsWith(OWN))
    throw misuse(`${fullName} is a name of this library: use another package in the schema`);
}
