import { randomBytes } from 'node:crypto';
import type { ActorPlace, HostOrder, HostReport } from '../index.ts';
import type { Bucket, Entry } from './registry.ts';
import type { Seal } from './seal.ts';

/** A host's record, under its id in the bucket of hosts. While the record exists, the host holds the lease of its names. */
export interface HostRecord extends HostReport {
  readonly id: string;
  /** One life of the lease. */
  readonly epoch: string;
  /** Identifies the write, so that its writer recognises it. */
  readonly nonce: string;
  /** The time after which an unchanged record may be deleted, in milliseconds. */
  readonly ttlMs: number;
  /** The identity of its process, and the addresses at which it listens. */
  readonly instance: string;
  readonly endpoints: readonly string[];
  readonly machine: string;
}

/** A host, in one life of its lease. */
export interface Owner {
  readonly host: string;
  readonly epoch: string;
}

/** A name's record, in the bucket of names. */
export interface NameRecord {
  readonly name: string;
  readonly nonce: string;
  readonly order: HostOrder;
  /** The constructor's arguments, encoded. Absent before the actor was first constructed. */
  readonly args?: string;
  /** The host that may run the actor; absent while the name waits for one. */
  readonly owner?: Owner;
  /** How often in a row the actor ended soon or could not be started, on any host; absent after it has run for a while. */
  readonly failures?: number;
  /** The actor's place; absent until it was constructed. */
  readonly place?: ActorPlace;
}

/** A record as read from its bucket. */
export interface Read<Record> {
  readonly key: string;
  readonly revision: number;
  readonly record: Record;
}

/** Reads the record of a host; `undefined` for an entry that no host of this cluster has written. */
export function readHost(seal: Seal, { key, value, revision }: Entry): Read<HostRecord> | undefined {
  const record = seal.open(`hosts/${key}`, value);
  return isHostRecord(record) ? { key, revision, record } : undefined;
}

export function sealHost(seal: Seal, record: HostRecord): Uint8Array {
  return seal.close(`hosts/${record.id}`, record);
}

/** Reads the record of a name; `undefined` for an entry that no host of this cluster has written. */
export function readName(seal: Seal, { key, value, revision }: Entry): Read<NameRecord> | undefined {
  const record = seal.open(`names/${key}`, value);
  return isNameRecord(record) ? { key, revision, record } : undefined;
}

export function sealName(seal: Seal, record: NameRecord): Uint8Array {
  return seal.close(`names/${keyOf(record.name)}`, record);
}

/**
 * Returns the key of a name: characters that the bucket does not accept are replaced by the hexadecimal digits of their bytes.
 */
export function keyOf(name: string): string {
  return name.replaceAll(/[^\w-]/gu, (text) => `=${Buffer.from(text).toString('hex')}=`);
}

// The seal proves that a process with the key wrote it; another version may use another form.
function isHostRecord(value: unknown): value is HostRecord {
  return has(value, 'id', 'epoch', 'nonce', 'ttlMs', 'instance', 'endpoints', 'labels', 'slots', 'free');
}

function isNameRecord(value: unknown): value is NameRecord {
  return has(value, 'name', 'nonce', 'order');
}

function has(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => Object.hasOwn(value, name));
}

/** Creates a nonce that identifies a write. */
export function freshNonce(): string {
  return randomBytes(12).toString('base64url');
}

/**
 * Determines the outcome of a write whose reply may be lost: a write that timed out, or conflicted with its own first attempt,
 * may have succeeded. The record's nonce shows whether it did.
 *
 * @param isOwn - Whether the present record is the one that was to be written.
 * @returns the revision.
 * @throws the error of the write, if it did not succeed according to the record.
 */
export async function writeSurely(
  bucket: Bucket,
  key: string,
  write: () => Promise<number>,
  isOwn: (entry: Entry) => boolean,
): Promise<number> {
  try {
    return await write();
  } catch (error) {
    const present = await bucket.get(key);
    if (present !== undefined && isOwn(present)) return present.revision;
    throw error;
  }
}
