import { AuthkeyError } from '../index.ts';
import { type HostRecord, readHost } from './records.ts';
import type { AgedEntry, Registry } from './registry.ts';
import type { Seal } from './seal.ts';

/**
 * The time after which an unrenewed record with another key counts as left over from a killed host, rather than as another
 * cluster, in milliseconds.
 */
const LEFT_MS = 600_000;

/**
 * How much longer than its time a host's record may stay before the host counts as lost, in milliseconds: other hosts delete it a
 * little later.
 */
const LATE_MS = 1_000;

/** How often a process that joins or connects asks for the records of the hosts. */
const ATTEMPTS = 5;

/** A host, as read from its record. */
export interface SeenHost extends HostRecord {
  /** The time since it renewed its lease, in milliseconds. */
  readonly silentMs: number;
  /** Whether it did not renew its lease in time, and no host was available to delete the record. */
  readonly lost: boolean;
}

/** The records of hosts, separated by key. */
export interface SortedHosts {
  readonly own: readonly SeenHost[];
  /** The ids of hosts whose records are sealed with another authkey. */
  readonly foreign: readonly string[];
}

/** Lists the records of the hosts; a busy broker, which does not answer in time, is asked again. */
export async function listHosts({ hosts }: Registry): Promise<readonly AgedEntry[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await hosts.entries();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

export function sortHosts(seal: Seal, entries: readonly AgedEntry[]): SortedHosts {
  const own: SeenHost[] = [];
  const foreign: string[] = [];
  for (const entry of entries) {
    const record = readHost(seal, entry)?.record;
    const { ageMs: silentMs, key } = entry;
    if (record !== undefined) own.push({ ...record, silentMs, lost: silentMs > record.ttlMs + LATE_MS });
    else if (silentMs < LEFT_MS) foreign.push(key);
  }
  return { own, foreign };
}

/** Returns the error for records that this process cannot read. */
export function otherKey(namespace: string, hosts: readonly string[] = []): AuthkeyError {
  const whose = hosts.length === 0 ? 'the records' : `the records of ${hosts.map((id) => `'${id}'`).join(', ')}`;
  return new AuthkeyError(
    `${whose} in the cluster '${namespace}' were written with another authkey: give this process the authkey of its hosts, or choose ` +
      'another namespace for another cluster. After a change of the key, end all hosts that have the old one',
  );
}

/** Warns of hosts with another key, whose actors this host neither sees nor takes over. */
export function warnOfOtherKey(namespace: string, hosts: readonly string[]): void {
  process.emitWarning(
    `the hosts ${hosts.map((id) => `'${id}'`).join(', ')} are in the namespace '${namespace}' with another authkey: they form a separate ` +
      'cluster there. Give them the authkey of the others, or another namespace',
    'UActorWarning',
    'UACTOR_OTHER_AUTHKEY',
  );
}
