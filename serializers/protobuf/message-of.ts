import { described } from '../../core/seam/codec/codec-faults.ts';
import { isPlainObject } from '../../core/seam/codec/traversal.ts';
import { SerializerError } from '../../core/seam/errors.ts';
import { findLossyField } from './lossy-fields.ts';
import type { MessageType } from './message-registry.ts';
import type { ServiceType } from './service-type.ts';

/** The position at which a value is sent, for the error about one that does not fit. */
export interface Place {
  /** The called method and its requirement, in words: `book() of the service till.Till takes`. */
  readonly demand: string;
  /** The path to the value: `$[0]`. */
  readonly path: string;
}

const FAILED = 'reading it failed; see the cause';

/**
 * The form of protobufjs's errors about a field that does not fit: `items.count: integer expected`, or `items.object expected`.
 */
const VERDICT = /^(?:([\w.]*)(?:: |\.))?([^.:]*)$/;

/**
 * Creates the message of this type from a plain object; a message of the type is returned unchanged.
 *
 * Never guesses or loses anything: protobufjs alone would omit unknown fields, convert text to 0, and cut numbers to 32 bits.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` with the path to the value that does not fit.
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
    throw misfit(type, place, '', FAILED, error);
  }
  const loss = findLossyField(value, message);
  if (loss !== undefined) throw misfit(type, place, loss.path, loss.why);
  return message;
}

type Named = Pick<ServiceType, 'fullName'>;

/** The type of a message, with the functions that are needed to create one. */
export interface Converted extends Pick<MessageType, 'verify' | 'toObject'> {
  readonly fullName: string;
  fromObject(fields: Record<string, unknown>): object;
}

/**
 * Creates a message of this type with these fields. Unlike {@link messageOf} it accepts names of enums, and text for numbers and
 * for bytes; it loses nothing either.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` with the path to the value that does not fit.
 */
export function createMessage(type: Converted, fields: Record<string, unknown>): object {
  const place = { demand: 'create() makes', path: '$' };
  let message: object;
  try {
    message = type.fromObject(fields);
  } catch (error) {
    const verdict = type.verify?.(fields) ?? null;
    throw verdict === null ? misfit(type, place, '', FAILED, error) : misfitOf(type, place, verdict);
  }
  const loss = findLossyField(fields, message, type.toObject?.(message, { enums: String }) ?? {});
  if (loss !== undefined) throw misfit(type, place, loss.path, loss.why);
  const verdict = type.verify?.(toRecord(message)) ?? null;
  if (verdict !== null) throw misfitOf(type, place, verdict);
  return message;
}

/** Narrows a message to an object of named fields. */
function toRecord(message: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message));
}

function misfitOf(type: Named, place: Place, verdict: string): SerializerError {
  const [, fields = '', why = verdict] = VERDICT.exec(verdict) ?? [];
  return misfit(type, place, fields === '' ? '' : `.${fields}`, why);
}

function misfit(type: Named, place: Place, path: string, why: string, cause?: unknown): SerializerError {
  const at = place.path + path;
  return new SerializerError(
    `${place.demand} a ${type.fullName}, and the value at ${at} does not fit: ${why}. Use a plain object with the ` +
      'fields of the message (in camel case, enums as numbers, 64-bit integers as numbers or Longs), or the result of create().',
    { code: 'UNSERIALIZABLE', path: at, ...(cause === undefined ? {} : { cause }) },
  );
}

function nameOf(value: unknown): string {
  return value === undefined || value === null ? String(value) : `a ${typeof value}`;
}
