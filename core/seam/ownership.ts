/**
 * What is ours: who may have had a hand in a file, and whether a process is still the one that had its id. Sockets, their folders,
 * caches of code and files of keys are trusted by these rules alone: a transport, the core and the command line ask the same questions.
 * Windows keeps other records, and is not asked.
 */
import { readFileSync, type Stats } from 'node:fs';
import { process } from './environment.ts';

const PERMISSIONS = 0o777;
const ONLY_OWNER = 0o700;
const OTHERS_MAY_WRITE = 0o022;
const ALL_MAY_WRITE = 0o002;
const OTHERS_MAY_READ = 0o044;
const STICKY = 0o1000;

/** Whether it belongs to this user. */
export function isOwn(stats: Stats): boolean {
  return stats.uid === process.geteuid?.();
}

/** Whether it belongs to another user than this one and root, who may do everything anyway. */
export function isForeign(stats: Stats): boolean {
  return stats.uid !== 0 && !isOwn(stats);
}

/** Whether it is a folder that only this user can enter. */
export function isPrivateFolder(stats: Stats): boolean {
  return stats.isDirectory() && isOwn(stats) && (stats.mode & PERMISSIONS) === ONLY_OWNER;
}

/** Whether only this user can have written into it. */
export function isWrittenByOwner(stats: Stats): boolean {
  return isOwn(stats) && (stats.mode & OTHERS_MAY_WRITE) === 0;
}

/** Whether every user may change it, or rename and delete files of any owner in it. */
export function isOpenToAll(stats: Stats): boolean {
  return (stats.mode & ALL_MAY_WRITE) !== 0 && (stats.mode & STICKY) === 0;
}

/** Whether others than its owner can read it. */
export function isReadByOthers(stats: Stats): boolean {
  return (stats.mode & OTHERS_MAY_READ) !== 0;
}

/** The permissions, as `chmod` has them. */
export function modeOf(stats: Stats): string {
  return (stats.mode & PERMISSIONS).toString(8);
}

/**
 * When a process began, in ticks since the system did: an id may soon be another process's, and tells nothing without it. `''` for a
 * process that is not there, and where the system keeps no such record.
 */
export function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The fields behind the program's name, which may hold anything; the start is the 22nd of all.
    return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19] ?? '';
  } catch {
    // It ended, or this is a system without /proc.
    return '';
  }
}
