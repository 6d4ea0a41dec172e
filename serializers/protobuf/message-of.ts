import { described } from '../../core/seam/codec/codec-faults.ts';
import { isPlainObject } from '../../core/seam/codec/plain-object.ts';
import { SerializerError } from '../../core/seam/errors.ts';
import { findLossyField } from './lossy-fields.ts';
import type { ServiceType } from './service-type.ts';

/** Where a value is sent, for the message of the error about one that does not fit. */
export interface AnnotatedPosition {
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
export function messageOf(type: ServiceType, value: unknown, place: AnnotatedPosition): object {
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
  const loss = findLossyField(value, message);
  if (loss !== undefined) throw misfit(type, place, loss.path, loss.why);
  return message;
}

function misfitOf(type: ServiceType, place: AnnotatedPosition, verdict: string): SerializerError {
  const [, fields = '', why = verdict] = VERDICT.exec(verdict) ?? [];
  return misfit(type, place, fields === '' ? '' : `.${fields}`, why);
}

function misfit(
  type: ServiceType,
  place: AnnotatedPosition,
  path: string,
  why: string,
  cause?: unknown,
): SerializerError {
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
