import { readFileSync } from 'node:fs';

/** The memory of a process, in MiB. */
export interface Resident {
  readonly residentMiB: number;
  /** Memory that is not shared with any process, including those of the same Node. */
  readonly privateMiB: number;
}

/** Returns the memory of a process as reported by the kernel; `undefined` if it reports none (Linux does). */
export function residentOf(pid: number): Resident | undefined {
  if (process.platform !== 'linux') return undefined;
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { residentMiB: field('Rss'), privateMiB: field('Private_Clean') + field('Private_Dirty') };
}
