import { described } from '../../core/seam/codec/codec-faults.ts';
import { isPlainObject } from '../../core/seam/codec/plain-object.ts';
import { SerializerError } from '../../core/seam/errors.ts';
import { findLossyField } from './lossy-fields.ts';
import type { MessageType } from './message-registry.ts';
import type { ServiceType } from './service-type.ts';

/** Where a value is sent, for the message of the error about one that does not fit. */
export interface Place {
  /** What is called and what it demands, in words: `book() of the service till.Till takes`. */
  readonly demand: string;
  /** The path to the value: `$[0]`. */
  readonly path: string;
}

const FAILED = 'looking at it failed, for the reason given as the cause';

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
    throw misfit(type, place, '', FAILED, error);
  }
  const loss = findLossyField(value, message);
  if (loss !== undefined) throw misfit(type, place, loss.path, loss.why);
  return message;
}

type Named = Pick<ServiceType, 'fullName'>;

/** What a message is made of, and what is asked about it. */
export interface Converted extends Pick<MessageType, 'verify' | 'toObject'> {
  readonly fullName: string;
  fromObject(fields: Record<string, unknown>): object;
}

/**
 * A message of this type with these fields. Other than {@link messageOf} it takes names of enums, and text for numbers and for
 * bytes; it loses as little.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` with the path to what does not fit.
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

/** A message is an object of named fields. */
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
    `${place.demand} a ${type.fullName}, and what was given at ${at} does not fit: ${why}. Give a plain object with the ` +
      'fields of the message (in camel case, enums as numbers, 64-bit integers as numbers or Longs), or what create() makes.',
    { code: 'UNSERIALIZABLE', path: at, ...(cause === undefined ? {} : { cause }) },
  );
}

function nameOf(value: unknown): string {
  return value === undefined || value === null ? String(value) : `a ${typeof value}`;
}
