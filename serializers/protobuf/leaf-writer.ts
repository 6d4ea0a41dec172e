import type { Writer } from 'protobufjs/minimal.js';
import type { CarriedName } from '../../core/seam/codec/carried-classes.ts';
import { sendableBigint, sendableBytes, sendablePattern, sendableUrl } from '../../core/seam/codec/leaf-values.ts';
import type { BlockWriter } from './block-writer.ts';
import { BINARY, BINARY_CLASSES, CONSTANT, isInteger32, PATTERN, VALUE } from './format.ts';

/** Writes a value other than an object or symbol as the content of a `Value`. */
export function writeScalar(writer: BlockWriter, value: unknown): void {
  if (typeof value === 'string') writeText(writer, value);
  else if (typeof value === 'number') writeNumber(writer, value);
  else if (typeof value === 'bigint') writeBigint(writer, value);
  else writer.uint32(VALUE.constant).uint32(constantOf(value));
}

function constantOf(value: unknown): number {
  if (value === undefined) return CONSTANT.undefined;
  if (value === null) return CONSTANT.null;
  return value === true ? CONSTANT.true : CONSTANT.false;
}

function writeText(writer: BlockWriter, text: string): void {
  if (!text.isWellFormed()) {
    writer.uint32(VALUE.utf16).bytes(Buffer.from(text, 'utf16le'));
    return;
  }
  writer.uint32(VALUE.text);
  writer.wellFormedString(text);
}

function writeNumber(writer: Writer, value: number): void {
  // On the wire, a 32-bit integer is the same as 32 or 64 bits.
  if (isInteger32(value)) writer.uint32(VALUE.integer).sint32(value);
  else if (value !== 0 && Number.isSafeInteger(value)) writer.uint32(VALUE.integer).sint64(value);
  else writer.uint32(VALUE.number).double(value);
}

function writeBigint(writer: Writer, value: bigint): void {
  const magnitude = sendableBigint(value) < 0n ? -value : value;
  const digits = magnitude === 0n ? '' : magnitude.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  writer.uint32(value < 0n ? VALUE.negativeBigint : VALUE.bigint).bytes(bytes);
}

/** Writes an object that this serializer encodes itself and that is not a container. */
export function writeLeaf(writer: Writer, value: object, name: Exclude<CarriedName, 'Map' | 'Set'>): void {
  if (value instanceof Date) {
    writer.uint32(VALUE.date).double(value.getTime());
  } else if (value instanceof URL) {
    writer.uint32(VALUE.url).string(sendableUrl(value));
  } else if (value instanceof RegExp) {
    writePattern(writer, value);
  } else {
    writeBinary(writer, value, name);
  }
}

function writePattern(writer: Writer, pattern: RegExp): void {
  const { source, flags } = sendablePattern(pattern);
  // As always in proto3, a field with its default is omitted.
  writer.uint32(VALUE.pattern).fork();
  if (flags !== '') writer.uint32(PATTERN.flags).string(flags);
  writer.uint32(PATTERN.source).bytes(Buffer.from(source, 'utf16le')).ldelim();
}

function writeBinary(writer: Writer, value: object, name: CarriedName): void {
  const bytes = sendableBytes(value);
  if (name === 'Buffer') {
    writer.uint32(VALUE.buffer).bytes(bytes);
    return;
  }
  const number = BINARY_CLASSES.findIndex((each) => each === name);
  writer.uint32(VALUE.binary).fork();
  if (number > 0) writer.uint32(BINARY.class).uint32(number);
  if (bytes.length > 0) writer.uint32(BINARY.data).bytes(bytes);
  writer.ldelim();
}
