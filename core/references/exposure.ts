/**
 * How one process describes an object to another: the members that it exposes, the tokens that stand for it in a message, the checks of
 * what a peer sends about it, and the charge for reviving it. `docs/protocol.md` lists the fields.
 */
import { SerializerError } from '../seam/errors.ts';
import type { CallLimiter } from './call-limiter.ts';

/**
 * The members that a proxy offers. Both sides of a session know the list, so a call names its method by number. Operations `0 …
 * methods-1` are the methods; behind them come, for each property, reading and writing.
 */
export interface Exposure {
  /** The name of the kind of object, `auto`, `actor`, `dict` … */
  readonly typeid: string;
  readonly methods: readonly string[];
  readonly properties: readonly string[];
}

/** An exposure in the object's own process, with details that only that process needs. */
export interface LocalExposure extends Exposure {
  /** Method name → the typeid under which its result is handed out instead of being copied. */
  readonly methodToTypeid: Readonly<Record<string, string>>;
  /**
   * Creates the object that executes the calls, if it is not the object itself: the dictionary methods of a `Map`, for instance.
   * Called once while the object is handed out.
   */
  readonly adapt?: (object: object) => object;
  /** Called with the executing object when the last proxy of the object is gone. */
  readonly dropped?: (target: object) => void;
  /** Called with the object when a message with it was not sent, and no process has had a proxy of it. */
  readonly takenBack?: (object: object) => void;
  /** Returns the copy for `getValue`, if it is not a copy of the object itself. */
  readonly copy?: (object: object) => unknown;
  /** Limits how many of the object's calls run at a time. */
  readonly gate?: CallLimiter;
  /** Set if its calls only wait for other callers: an actor that ends neither waits for them nor rejects them. */
  readonly waits?: true;
}

/** The only operation of a function. */
export const OPERATION_CALL = 0;

/** The exposure of every function. */
export const FUNCTION_EXPOSURE: LocalExposure = Object.freeze({
  typeid: 'function',
  methods: Object.freeze(['call']),
  properties: Object.freeze([]),
  methodToTypeid: Object.freeze({}),
});

/** Returns the number of operations. */
export function operationCount(exposure: Exposure): number {
  return exposure.methods.length + 2 * exposure.properties.length;
}

/** Returns the operation that reads the property with this index in `exposure.properties`. */
export function readOperation(exposure: Exposure, property: number): number {
  return exposure.methods.length + 2 * property;
}

/** Returns the operation that writes the property with this index in `exposure.properties`. */
export function writeOperation(exposure: Exposure, property: number): number {
  return exposure.methods.length + 2 * property + 1;
}

/** Names an operation for messages: `increment()`, `name`. */
export function operationName(exposure: Exposure, operation: number): string {
  const method = exposure.methods[operation];
  if (method !== undefined) return `${method}()`;
  const property = exposure.properties[(operation - exposure.methods.length) >> 1];
  return property ?? `operation ${operation}`;
}

/** Whether two exposures give every operation the same number. */
export function sameExposure(a: Exposure, b: Exposure): boolean {
  return (
    a.typeid === b.typeid &&
    a.methods.join('\0') === b.methods.join('\0') &&
    a.properties.join('\0') === b.properties.join('\0')
  );
}

/** Part of a replacement: an object of this process that is sent as a reference, and its exposure. */
export class Lent {
  readonly object: object;
  readonly exposure: LocalExposure;

  constructor(object: object, exposure: LocalExposure) {
    this.object = object;
    this.exposure = exposure;
  }
}

/** The maximum number of exposures that one end of a session describes to the other. */
const MAX_EXPOSURES = 65_536;
/** The maximum length of all descriptions of one end together. */
const MAX_TEXT_LENGTH = 16 * 1024 * 1024;
/**
 * The maximum length of one description. Until it was parsed, other content of the same length takes far more memory than names.
 */
const MAX_DESCRIPTION_LENGTH = 2 * 1024 * 1024;

/** The memory for a member name besides its characters: a string, and its place in a list. */
const NAME_BYTES = 40;

/** The parts of its session that an {@link ExposureBook} uses. */
interface ExposureBookParts {
  /** Sends a description in front of everything that was not sent yet. */
  readonly describe: (text: string) => void;
  /** Called with the bytes that the peer's descriptions occupy until the session ends. */
  readonly kept: (bytes: number) => void;
}

/**
 * The exposures that the two ends of a session have described to each other, numbered from 0 in each direction. A description is
 * a message in front of the first value that needs it, so both ends agree on the numbers even if that value turns out to be
 * unusable.
 */
export class ExposureBook {
  readonly #parts: ExposureBookParts;
  readonly #told = new Map<Exposure, number>();
  #toldLength = 0;
  readonly #learnt: Exposure[] = [];
  #learntLength = 0;
  #learntBytes = 0;

  constructor(parts: ExposureBookParts) {
    this.#parts = parts;
  }

  /**
   * Returns the number by which the peer knows `exposure`, after describing it if necessary.
   *
   * @throws {@link SerializerError} when the session has the maximum number.
   */
  numberOf(exposure: Exposure): number {
    const known = this.#told.get(exposure);
    if (known !== undefined) return known;
    const text = JSON.stringify(exposureData(exposure));
    const number = this.#told.size;
    if (text.length > MAX_DESCRIPTION_LENGTH) {
      throw new SerializerError(
        `the names of the members of an object of the typeid '${exposure.typeid}' are too long: ${text.length} characters together`,
      );
    }
    if (number >= MAX_EXPOSURES || this.#toldLength + text.length > MAX_TEXT_LENGTH) {
      throw new SerializerError(
        `objects with more than ${MAX_EXPOSURES} different sets of members were sent over one session: hand out objects of classes instead`,
      );
    }
    this.#toldLength += text.length;
    this.#told.set(exposure, number);
    this.#parts.describe(text);
    return number;
  }

  /** Adds the peer's next description. Returns `false` when it is invalid, or one too many. */
  learn(text: string): boolean {
    this.#learntLength += text.length;
    if (text.length > MAX_DESCRIPTION_LENGTH) return false;
    if (this.#learnt.length >= MAX_EXPOSURES || this.#learntLength > MAX_TEXT_LENGTH) return false;
    try {
      const data: unknown = JSON.parse(text);
      const exposure = checkedExposure(data);
      this.#learnt.push(exposure);
      this.#learntBytes += text.length + (exposure.methods.length + exposure.properties.length) * NAME_BYTES;
      this.#parts.kept(this.#learntBytes);
      return true;
    } catch {
      // Not JSON, or not the parts of an exposure: the caller ends the session.
      return false;
    }
  }

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` when the peer described nothing under that number. */
  get(number: unknown): Exposure {
    const exposure = typeof number === 'number' ? this.#learnt[number] : undefined;
    demand(exposure !== undefined, 'a proxy of an unknown exposure');
    return exposure;
  }
}

/** The number of different exposures that are remembered; a peer may invent any number. */
const MAX_KNOWN = 256;

/** The exposures of proxies of third processes. Equal ones become one object, so that their proxies share a class. */
export class KnownExposures {
  readonly #known = new Map<string, Exposure>();

  /** Returns the first known exposure that equals this one. */
  same(exposure: Exposure): Exposure {
    const key = JSON.stringify(exposureData(exposure));
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, exposure);
    return exposure;
  }
}

/** The tags of the extensions of values that are not copied, with the data of each. */
export const Tag = {
  /** An object of the sender: `[id, number of the exposure]`. */
  OWN: 'own',
  /** An object that returns to its own process, the receiver: `id`. */
  HOME: 'home',
  /** An object of a third process, with a ticket: {@link FarToken}. */
  FAR: 'far',
  /** A method detached from a proxy: `[proxy, operation]`. */
  METHOD: 'method',
  /** An AbortSignal: `[object of the sender, or null if it has already aborted, the reason]`. */
  SIGNAL: 'signal',
  /** An error: see `error-values.ts`. */
  ERROR: 'error',
} as const;

/** The data for claiming an object that a third process passed on. */
export interface FarToken {
  /** The identity of the object's process: 32 hexadecimal digits. */
  readonly instance: string;
  /** The addresses at which it can be reached, best first. */
  readonly endpoints: readonly string[];
  readonly id: number;
  /** 128 random bits, as hexadecimal digits. */
  readonly ticket: string;
  readonly exposure: Exposure;
}

/** Returns the data that {@link checkedFarToken} reads. */
export function farTokenData(token: FarToken): readonly unknown[] {
  return [token.instance, token.endpoints, token.id, token.ticket, exposureData(token.exposure)];
}

/** Returns the data that {@link checkedExposure} reads. */
function exposureData({ typeid, methods, properties }: Exposure): readonly unknown[] {
  return [typeid, methods, properties];
}

/** The cost of reviving extensions of one kind. */
export interface RevivalCost {
  /** The charge for reviving one extension of the kind, in bytes; time is charged as memory. */
  readonly bytes: number;
  /** The maximum number of them in one message. */
  readonly most: number;
}

/** An instance of a class given to `registerClass`; its data is charged separately. */
export const INSTANCE: RevivalCost = { bytes: 64, most: Infinity };

const COSTS: ReadonlyMap<string, RevivalCost> = new Map<string, RevivalCost>([
  [Tag.OWN, { bytes: 1_000, most: 1_000_000 }],
  [Tag.HOME, { bytes: 1_000, most: 1_000_000 }],
  [Tag.METHOD, { bytes: 500, most: 1_000_000 }],
  // It may need a connection to another process.
  [Tag.FAR, { bytes: 8_000, most: 65_536 }],
  // Each is a call that waits at the peer.
  [Tag.SIGNAL, { bytes: 4_000, most: 16_384 }],
  [Tag.ERROR, { bytes: 1_500, most: 65_536 }],
]);

/** The charge for a name in the description of a third process's object, which may become a class member, in bytes. */
export const MEMBER_NAME_BYTES = 250;

/** Returns the cost of reviving an extension of this tag; `undefined` for a tag of another part of the core. */
export function costOf(tag: string): RevivalCost | undefined {
  return COSTS.get(tag);
}

/** Returns the peer's charge for an extension of this tag, for {@link Extension.keptBytes}. */
export function revivedBytes(tag: string): number {
  return (COSTS.get(tag) ?? INSTANCE).bytes;
}

/** Returns the peer's charge for a proxy of a third process's object with this number of members. */
export function farBytes(members: number): number {
  return revivedBytes(Tag.FAR) + members * MEMBER_NAME_BYTES;
}

/** Returns the error for a message that no correct peer sends. */
export function invalid(what: string): SerializerError {
  return new SerializerError(`the peer sent ${what}`, { code: 'INVALID_PAYLOAD' });
}

/** @throws {@link SerializerError} `INVALID_PAYLOAD` unless `condition` holds. */
export function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw invalid(what);
}

/** @throws {@link SerializerError} `INVALID_PAYLOAD` */
export function checkedId(id: unknown): number {
  demand(typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 && id < 2 ** 48, 'a malformed object id');
  return id;
}

const HEX_128 = /^[0-9a-f]{32}$/;

const MAX_NAME_LENGTH = 256;
const MAX_MEMBERS = 4096;

/** The names that no proxy may expose: `then` would make it a promise, the others belong to every object or every proxy. */
const RESERVED = new Set([...Object.getOwnPropertyNames(Object.prototype), 'then', 'toJSON', 'callMethod']);

/** Whether a proxy can expose a member of this name. */
export function isShowable(name: string): boolean {
  return name !== '' && !RESERVED.has(name);
}

/** @throws {@link SerializerError} `INVALID_PAYLOAD` */
export function checkedExposure(value: unknown): Exposure {
  demand(Array.isArray(value) && value.length === 3, 'a malformed exposure');
  const [typeid, methods, properties]: readonly unknown[] = value;
  demand(typeof typeid === 'string' && typeid.length <= MAX_NAME_LENGTH, 'a malformed typeid');
  const exposure = { typeid, methods: checkedNames(methods), properties: checkedNames(properties) };
  const names = [...exposure.methods, ...exposure.properties];
  demand(
    names.length <= MAX_MEMBERS && new Set(names).size === names.length,
    'an exposure with too many or doubled names',
  );
  return exposure;
}

function checkedNames(value: unknown): readonly string[] {
  demand(Array.isArray(value), 'a malformed list of members');
  return value.map((name: unknown) => {
    demand(typeof name === 'string' && name.length <= MAX_NAME_LENGTH && isShowable(name), 'a malformed member name');
    return name;
  });
}

/** @throws {@link SerializerError} `INVALID_PAYLOAD` */
export function checkedFarToken(value: unknown): FarToken {
  demand(Array.isArray(value) && value.length === 5, 'a malformed proxy');
  const [instance, endpoints, id, ticket, exposure]: readonly unknown[] = value;
  demand(typeof instance === 'string' && HEX_128.test(instance), 'a malformed instance');
  demand(typeof ticket === 'string' && HEX_128.test(ticket), 'a malformed ticket');
  return {
    instance,
    endpoints: checkedEndpoints(endpoints),
    id: checkedId(id),
    ticket,
    exposure: checkedExposure(exposure),
  };
}

/** The maximum number of addresses per process. */
const MAX_ENDPOINTS = 16;
const MAX_ENDPOINT_LENGTH = 1024;

/** @throws {@link SerializerError} `INVALID_PAYLOAD` */
export function checkedEndpoints(value: unknown): readonly string[] {
  demand(areEndpoints(value), 'a malformed list of endpoints');
  return value;
}

/** Whether the value is a list of plausible addresses, without connecting to them. */
export function areEndpoints(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_ENDPOINTS &&
    value.every((endpoint) => typeof endpoint === 'string' && endpoint.length <= MAX_ENDPOINT_LENGTH)
  );
}

/**
 * Merges addresses: first those at which a process was reached, then those that it announces, which may be more useful to others.
 */
export function mergeEndpoints(reached: readonly string[], told: readonly string[]): readonly string[] {
  return [...new Set([...reached, ...told])].slice(0, MAX_ENDPOINTS);
}
