import { AuthkeyError } from '../index.ts';
import { type HostRecord, readHost } from './records.ts';
import type { AgedEntry } from './registry.ts';
import type { Seal } from './seal.ts';

/** A record of another key that was not renewed for so long is what a killed host has left, and no cluster. */
const LEFT_MS = 600_000;

/** How much longer than its time the record of a host may stand before the host counts as lost: others delete it a little later. */
const LATE_MS = 1_000;

/** A host, as its record was found. */
export interface SeenHost extends HostRecord {
  /** How long ago it renewed its lease. */
  readonly silentMs: number;
  /** It did not renew its lease in its time, and no host was there to delete the record. */
  readonly lost: boolean;
}

/** The records of hosts, told apart by key. */
export interface SortedHosts {
  readonly own: readonly SeenHost[];
  /** The ids of hosts whose records are sealed with another authkey. */
  readonly foreign: readonly string[];
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

/** The error for records that this process cannot read. */
export function otherKey(namespace: string, hosts: readonly string[] = []): AuthkeyError {
  const whose = hosts.length === 0 ? 'the records' : `the records of ${hosts.map((id) => `'${id}'`).join(', ')}`;
  return new AuthkeyError(
    `${whose} in the cluster '${namespace}' were written with another authkey: give this process the authkey of its hosts, or choose ` +
      'another namespace for another cluster. After a change of the key, end all hosts that have the old one',
  );
}

/** Warns of hosts that have another key than this one, which neither sees nor takes over their actors. */
export function warnOfOtherKey(namespace: string, hosts: readonly string[]): void {
  process.emitWarning(
    `the hosts ${hosts.map((id) => `'${id}'`).join(', ')} are in the namespace '${namespace}' with another authkey: they form a cluster ` +
      'of their own there. Give them the authkey of the others, or another namespace',
    'UActorWarning',
    'UACTOR_OTHER_AUTHKEY',
  );
}
