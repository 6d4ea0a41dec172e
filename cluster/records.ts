import type { ActorPlace, HostOrder, HostReport } from '../index.ts';
import type { Entry } from './registry.ts';
import type { Seal } from './seal.ts';

/** What a host says of itself, under its id in the bucket of hosts. It holds the lease of its names as long as the record is there. */
export interface HostRecord extends HostReport {
  readonly id: string;
  /** One life of the lease. */
  readonly epoch: string;
  /** Of the write that this is, to know one's own again. */
  readonly nonce: string;
  /** The record may be deleted when it has not changed for so long. */
  readonly ttlMs: number;
  /** The identity of its process, and where that listens. */
  readonly instance: string;
  readonly endpoints: readonly string[];
  readonly machine: string;
}

/** A host, in one life of its lease. */
export interface Owner {
  readonly host: string;
  readonly epoch: string;
}

/** What is known of a name, under the name in the bucket of names. */
export interface NameRecord {
  readonly name: string;
  readonly nonce: string;
  readonly order: HostOrder;
  /** The arguments of the constructor, encoded. Absent before the actor was built for the first time. */
  readonly args?: string;
  /** The host that may have the actor; absent while it waits for one. */
  readonly owner?: Owner;
  /** How often in a row the actor ended soon or could not be started, on whichever host; absent after it has run for a while. */
  readonly failures?: number;
  /** Where the actor is; absent until it has been built. */
  readonly place?: ActorPlace;
}

/** A record as it is in its bucket. */
export interface Read<Record> {
  readonly key: string;
  readonly revision: number;
  readonly record: Record;
}

/** The record of a host in an entry; `undefined` for what no host of this cluster has written. */
export function readHost(seal: Seal, { key, value, revision }: Entry): Read<HostRecord> | undefined {
  const record = seal.open(`hosts/${key}`, value);
  return isHostRecord(record) ? { key, revision, record } : undefined;
}

export function sealHost(seal: Seal, record: HostRecord): Uint8Array {
  return seal.close(`hosts/${record.id}`, record);
}

/** The same for the record of a name. */
export function readName(seal: Seal, { key, value, revision }: Entry): Read<NameRecord> | undefined {
  const record = seal.open(`names/${key}`, value);
  return isNameRecord(record) ? { key, revision, record } : undefined;
}

export function sealName(seal: Seal, record: NameRecord): Uint8Array {
  return seal.close(`names/${keyOf(record.name)}`, record);
}

/** The key of a name: what the bucket does not take stands there as the hexadecimal digits of its bytes. */
export function keyOf(name: string): string {
  return name.replaceAll(/[^\w-]/gu, (text) => `=${Buffer.from(text).toString('hex')}=`);
}

// The seal says that a holder of the key wrote it, so it is what that wrote; another version may write it otherwise.
function isHostRecord(value: unknown): value is HostRecord {
  return has(value, 'id', 'epoch', 'nonce', 'ttlMs', 'instance', 'endpoints', 'labels', 'slots', 'free');
}

function isNameRecord(value: unknown): value is NameRecord {
  return has(value, 'name', 'nonce', 'order');
}

function has(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => Object.hasOwn(value, name));
}
