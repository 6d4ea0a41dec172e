import { readFileSync } from 'node:fs';

/** The memory of a process, in MiB. */
export interface Resident {
  readonly residentMiB: number;
  /** What it shares with nobody, not even with other processes of the same Node. */
  readonly privateMiB: number;
}

/** What a process uses, as the kernel says; `undefined` where the kernel says nothing (it does on Linux). */
export function residentOf(pid: number): Resident | undefined {
  if (process.platform !== 'linux') return undefined;
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { residentMiB: field('Rss'), privateMiB: field('Private_Clean') + field('Private_Dirty') };
}
