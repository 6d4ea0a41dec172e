import { described } from '../../core/seam/codec/codec-faults.ts';
import { memberStep } from '../../core/seam/codec/path-steps.ts';
import { isPlainObject } from '../../core/seam/codec/traversal.ts';
import { SerializerError } from '../../core/seam/errors.ts';
import { fieldsOf } from './message-costs.ts';
import type { MessageType } from './message-registry.ts';
import type { ServiceType } from './service.ts';

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
  if (typeof value !== 'object' || value === null) throw misfit(type.fullName, place, '', `it is ${nameOf(value)}`);
  if (Object.getPrototypeOf(value) === type.prototype) return value;
  if (!isPlainObject(value)) throw misfit(type.fullName, place, '', `it is ${described(value)}`);
  let message: object;
  try {
    const verdict = type.verify(value);
    if (verdict !== null) throw misfitOf(type.fullName, place, verdict);
    message = type.fromObject(value);
  } catch (error) {
    if (error instanceof SerializerError) throw error;
    throw misfit(type.fullName, place, '', FAILED, error);
  }
  const loss = findLossyField(value, message);
  if (loss !== undefined) throw misfit(type.fullName, place, loss.path, loss.why);
  return message;
}

/** A type whose messages can be created from plain fields. */
type Creatable = MessageType & Required<Pick<MessageType, 'fromObject'>>;

export function isCreatable(type: MessageType): type is Creatable {
  return type.fromObject !== undefined;
}

/**
 * Creates a message of this type with these fields. Unlike {@link messageOf} it accepts names of enums, and text for numbers and
 * for bytes; it loses nothing either.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` with the path to the value that does not fit.
 */
export function createMessage(fullName: string, type: Creatable, fields: Record<string, unknown>): object {
  const place = { demand: 'create() makes', path: '$' };
  let message: object;
  try {
    message = type.fromObject(fields);
  } catch (error) {
    const verdict = type.verify?.(fields) ?? null;
    throw verdict === null ? misfit(fullName, place, '', FAILED, error) : misfitOf(fullName, place, verdict);
  }
  const loss = findLossyField(fields, message, type.toObject?.(message, { enums: String }) ?? {});
  if (loss !== undefined) throw misfit(fullName, place, loss.path, loss.why);
  const verdict = type.verify?.(toRecord(message)) ?? null;
  if (verdict !== null) throw misfitOf(fullName, place, verdict);
  return message;
}

/** Narrows a message to an object of named fields. */
function toRecord(message: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message));
}

function misfitOf(fullName: string, place: Place, verdict: string): SerializerError {
  const [, fields = '', why = verdict] = VERDICT.exec(verdict) ?? [];
  return misfit(fullName, place, fields === '' ? '' : `.${fields}`, why);
}

function misfit(fullName: string, place: Place, path: string, why: string, cause?: unknown): SerializerError {
  const at = place.path + path;
  return new SerializerError(
    `${place.demand} a ${fullName}, and the value at ${at} does not fit: ${why}. Use a plain object with the ` +
      'fields of the message (in camel case, enums as numbers, 64-bit integers as numbers or Longs), or the result of create().',
    { code: 'UNSERIALIZABLE', path: at, ...(cause === undefined ? {} : { cause }) },
  );
}

function nameOf(value: unknown): string {
  return value === undefined || value === null ? String(value) : `a ${typeof value}`;
}

/** The part of a plain object that is missing in the message created from it. */
interface LossyField {
  /** Its path in the plain object: `.items[3].count`, or empty. */
  readonly path: string;
  /** The fault, in words. */
  readonly why: string;
}

/** A 64-bit integer of protobufjs. */
interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned?: boolean;
}

/**
 * Finds a part of a plain object or list that `made`, the message or part created from it, has lost.
 *
 * @param shown - The plain form of the message, with the names of enums, if text may stand for them, for numbers and for bytes
 * (in base64). The writer then checks lone surrogates.
 */
function findLossyField(given: object, made: object, shown?: unknown): LossyField | undefined {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    const step = Array.isArray(given) ? memberStep(Number(key)) : memberStep(key);
    const kept: unknown = Object.getOwnPropertyDescriptor(made, key)?.value;
    const name = typeof shown === 'object' && shown !== null ? Reflect.get(shown, key) : undefined;
    const isText = shown !== undefined || key.isWellFormed();
    const loss = isText ? findLossOf(made, key, value, kept, name) : lossOf(LONE_SURROGATE);
    if (loss !== undefined) return { path: `${step}${loss.path}`, why: loss.why };
  }
  return undefined;
}

const LONE_SURROGATE = 'it has a lone surrogate, which text in a message cannot have';

function lossOf(why: string): LossyField {
  return { path: '', why };
}

function findLossOf(made: object, key: string, given: unknown, kept: unknown, shown: unknown): LossyField | undefined {
  if (kept === undefined) return findMissing(made, key, given);
  if (typeof given === 'number') {
    if (typeof kept !== 'number' && !isLong(kept)) return lossOf('it is a number');
    return isSameNumber(given, kept) ? undefined : lossOf('the field has no room for the number');
  }
  if (typeof given === 'string')
    return shown === undefined ? findTextLoss(given, kept) : findNameLoss(given, kept, shown);
  if (typeof given === 'object' && given !== null) return findObjectLoss(given, kept, shown);
  return given === kept ? undefined : lossOf(`it is a ${typeof given}`);
}

/**
 * Checks a field that the message does not contain. That is correct if the value is the field's default, which its class
 * contains.
 */
function findMissing(made: object, key: string, given: unknown): LossyField | undefined {
  if (!fieldsOf(Object.getPrototypeOf(made)).includes(key)) return lossOf('the schema has no such field');
  return isDefault(given) ? undefined : lossOf('it is not a value of that field');
}

function isDefault(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === 0 || value === '' || value === false;
  return isHalves(value) ? bitsOf(value) === 0n : 'length' in value && value.length === 0;
}

function isSameNumber(given: number, kept: unknown): boolean {
  // As numbers, the largest Long and the next one are equal.
  if (isLong(kept)) return Number.isInteger(given) && BigInt(given) === integerOf(kept, false);
  return Object.is(given, kept) || given === kept;
}

/** Compares text where a message may accept text for a number, the name of an enum, or bytes. */
function findNameLoss(given: string, kept: unknown, shown: unknown): LossyField | undefined {
  if (typeof kept === 'string') return undefined;
  if (typeof kept === 'number') {
    if (typeof shown === 'string') return given === shown ? undefined : lossOf('the enum has no such name');
    return given.trim() !== '' && Number(given) === kept ? undefined : lossOf('the field has no room for the number');
  }
  if (isLong(kept)) {
    return INTEGER.test(given) && BigInt(given) === integerOf(kept, false)
      ? undefined
      : lossOf('the field has no room for the number');
  }
  return kept instanceof Uint8Array ? undefined : lossOf('it is text');
}

const INTEGER = /^-?\d{1,20}$/;

function findTextLoss(given: string, kept: unknown): LossyField | undefined {
  if (typeof kept !== 'string') return lossOf('it is text');
  return given.isWellFormed() ? undefined : lossOf(LONE_SURROGATE);
}

function findObjectLoss(given: object, kept: unknown, shown: unknown): LossyField | undefined {
  if (isLong(kept) && isHalves(given)) {
    const unsigned = kept.unsigned ?? false;
    return integerOf(given, unsigned) === integerOf(kept, unsigned)
      ? undefined
      : lossOf('the field has no room for the number');
  }
  // Bytes and messages are used unchanged; for bytes, so is anything with a length.
  if (given === kept) {
    const isTaken =
      given instanceof Uint8Array || !(Array.isArray(given) || ArrayBuffer.isView(given) || isPlainObject(given));
    return isTaken ? undefined : lossOf('pass bytes as a Buffer or a Uint8Array');
  }
  if (!(Array.isArray(given) || isPlainObject(given))) return lossOf(`it is ${described(given)}`);
  return typeof kept === 'object' && kept !== null
    ? findLossyField(given, kept, shown)
    : lossOf(Array.isArray(given) ? 'it is an array' : 'it is an object');
}

/** Whether a value is a Long: recognised by its class's mark, because a message may have fields of the same names. */
function isLong(value: unknown): value is Long {
  return isHalves(value) && Reflect.get(value, '__isLong__') === true;
}

function isHalves(value: unknown): value is Long {
  return (
    typeof value === 'object' &&
    value !== null &&
    'low' in value &&
    Number.isInteger(value.low) &&
    'high' in value &&
    Number.isInteger(value.high)
  );
}

function bitsOf({ low, high }: Long): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** @param unsigned Whether it is unsigned, if it does not say so itself. */
function integerOf(long: Long, unsigned: boolean): bigint {
  return (long.unsigned ?? unsigned) ? BigInt.asUintN(64, bitsOf(long)) : BigInt.asIntN(64, bitsOf(long));
}
