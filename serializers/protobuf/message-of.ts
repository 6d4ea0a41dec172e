import { memberStep } from '../../core/codec/path-steps.ts';
import { described } from '../../core/codec/codec-faults.ts';
import { isPlainObject } from '../../core/codec/plain-object.ts';
import { SerializerError } from '../../core/errors.ts';
import { fieldsOf, type ServiceType } from './service-type.ts';

/** Where a value is sent, for the message of the error about one that does not fit. */
export interface Place {
  /** What is called and what it demands, in words: `book() of the service till.Till takes`. */
  readonly demand: string;
  /** The path to the value: `$[0]`. */
  readonly path: string;
}

/** What protobufjs says of a field that does not fit: `items.count: integer expected`, or `items.object expected`. */
const VERDICT = /^(?:([\w.]*)(?:: |\.))?([^.:]*)$/;

/**
 * The message of this type that a plain object describes; one that is a message of the type already is taken as it is.
 *
 * Nothing is guessed and nothing gets lost: protobufjs by itself would leave out a field that it does not know, make 0 of
 * text, and cut a number down to 32 bits.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` with the path to what does not fit.
 */
export function messageOf(type: ServiceType, value: unknown, place: Place): object {
  if (value === undefined && type.isEmpty) return type.fromObject({});
  if (typeof value !== 'object' || value === null) throw misfit(type, place, '', `it is ${nameOf(value)}`);
  if (Object.getPrototypeOf(value) === type.prototype) return value;
  if (!isPlainObject(value)) throw misfit(type, place, '', `it is ${described(value)}`);
  let message: object;
  try {
    const verdict = type.verify(value);
    if (verdict !== null) throw misfitOf(type, place, verdict);
    message = type.fromObject(value);
  } catch (error) {
    if (error instanceof SerializerError) throw error;
    throw misfit(type, place, '', 'looking at it failed, for the reason given as the cause', error);
  }
  const lost = findLost(value, message);
  if (lost !== undefined) throw misfit(type, place, lost.path, lost.why);
  return message;
}

interface Lost {
  readonly path: string;
  readonly why: string;
}

/** What a message made of a plain object, or a part of it, does not have of it. */
function findLost(given: object, made: object): Lost | undefined {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    const step = Array.isArray(given) ? memberStep(Number(key)) : memberStep(key);
    const kept: unknown = Object.getOwnPropertyDescriptor(made, key)?.value;
    const lost = kept === undefined ? findMissing(made, key, value) : findChange(value, kept);
    if (lost !== undefined) return { path: `${step}${lost.path}`, why: lost.why };
  }
  return undefined;
}

/** A message has nothing of a field with its default, but its class does. */
function findMissing(made: object, key: string, given: unknown): Lost | undefined {
  if (!fieldsOf(Object.getPrototypeOf(made)).includes(key)) return { path: '', why: 'the schema has no such field' };
  return isDefault(given) ? undefined : { path: '', why: 'it is no value of that field' };
}

function isDefault(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === 0 || value === '' || value === false;
  return isLong(value) || ('length' in value && value.length === 0);
}

function findChange(given: unknown, kept: unknown): Lost | undefined {
  if (typeof given === 'number' && typeof kept === 'number') {
    return Object.is(given, kept) || given === kept
      ? undefined
      : { path: '', why: 'the field has no room for the number' };
  }
  if (typeof given === 'string' && typeof kept !== 'string') return { path: '', why: 'it is text' };
  const isPart = typeof given === 'object' && given !== null && typeof kept === 'object' && kept !== null;
  if (!isPart || !(Array.isArray(given) || isPlainObject(given)) || ArrayBuffer.isView(kept) || isLong(kept))
    return undefined;
  return findLost(given, kept);
}

/** A 64-bit integer, as protobufjs has them. */
function isLong(value: object): boolean {
  return 'low' in value && 'high' in value && 'unsigned' in value;
}

function misfitOf(type: ServiceType, place: Place, verdict: string): SerializerError {
  const [, fields = '', why = verdict] = VERDICT.exec(verdict) ?? [];
  return misfit(type, place, fields === '' ? '' : `.${fields}`, why);
}

function misfit(type: ServiceType, place: Place, path: string, why: string, cause?: unknown): SerializerError {
  const at = place.path + path;
  return new SerializerError(
    `${place.demand} a ${type.fullName}, and what was given at ${at} does not fit: ${why}. Give a plain object with the ` +
      'fields of the message (in camel case, enums as numbers, 64-bit integers as numbers or Longs), or what create() makes.',
    { code: 'UNSERIALIZABLE', path: at, ...(cause === undefined ? {} : { cause }) },
  );
}

function nameOf(value: unknown): string {
  return value === undefined || value === null ? String(value) : `a ${typeof value}`;
}
