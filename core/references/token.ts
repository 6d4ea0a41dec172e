import { SerializerError } from '../seam/errors.ts';
import type { Exposure } from './exposure.ts';

/**
 * The forms of values that are not copied: the tags of the extensions, and the checks of data received under them.
 * `docs/protocol.md` lists the fields.
 */
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

/** The names that no proxy may expose: `then` would make it a promise, the others belong to every object or every proxy. */
const RESERVED = new Set([...Object.getOwnPropertyNames(Object.prototype), 'then', 'toJSON', 'callMethod']);

/** Whether a proxy can expose a member of this name. */
export function isShowable(name: string): boolean {
  return name !== '' && !RESERVED.has(name);
}

/** The maximum number of addresses per process. */
const MAX_ENDPOINTS = 16;
const MAX_ENDPOINT_LENGTH = 1024;
const MAX_NAME_LENGTH = 256;
const MAX_MEMBERS = 4096;

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

/** Returns the data that {@link checkedExposure} reads. */
export function exposureData({ typeid, methods, properties }: Exposure): readonly unknown[] {
  return [typeid, methods, properties];
}

function checkedNames(value: unknown): readonly string[] {
  demand(Array.isArray(value), 'a malformed list of members');
  return value.map((name: unknown) => {
    demand(typeof name === 'string' && name.length <= MAX_NAME_LENGTH && isShowable(name), 'a malformed member name');
    return name;
  });
}

/** Whether two exposures give every operation the same number. */
export function sameExposure(a: Exposure, b: Exposure): boolean {
  return (
    a.typeid === b.typeid &&
    a.methods.join('\0') === b.methods.join('\0') &&
    a.properties.join('\0') === b.properties.join('\0')
  );
}

const HEX_128 = /^[0-9a-f]{32}$/;

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

/** Returns the data that {@link checkedFarToken} reads. */
export function farTokenData(token: FarToken): readonly unknown[] {
  return [token.instance, token.endpoints, token.id, token.ticket, exposureData(token.exposure)];
}

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
