/**
 * The ownership of files and processes: which users can change a file, and whether a process is still the one that had its id.
 * Sockets, their folders, code caches and key files are trusted only by these rules, in transports, the core and the command
 * line. Windows has other permissions, so nothing is checked there.
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

/** Whether it belongs to a user other than this one and root, which can change anything anyway. */
export function isForeign(stats: Stats): boolean {
  return stats.uid !== 0 && !isOwn(stats);
}

/** Whether it is a folder that only this user can enter. */
export function isPrivateFolder(stats: Stats): boolean {
  return stats.isDirectory() && isOwn(stats) && (stats.mode & PERMISSIONS) === ONLY_OWNER;
}

/** Whether only this user can write to it. */
export function isWrittenByOwner(stats: Stats): boolean {
  return isOwn(stats) && (stats.mode & OTHERS_MAY_WRITE) === 0;
}

/** Whether every user can change it, or rename and delete files of any owner in it. */
export function isOpenToAll(stats: Stats): boolean {
  return (stats.mode & ALL_MAY_WRITE) !== 0 && (stats.mode & STICKY) === 0;
}

/** Whether users other than its owner can read it. */
export function isReadByOthers(stats: Stats): boolean {
  return (stats.mode & OTHERS_MAY_READ) !== 0;
}

/** Returns the permissions in the notation of `chmod`. */
export function modeOf(stats: Stats): string {
  return (stats.mode & PERMISSIONS).toString(8);
}

/**
 * Returns when a process started, in ticks since the system did: process ids are reused, so an id alone identifies nothing. `''`
 * for a missing process, and on systems without this information.
 */
export function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The fields behind the program's name, which may contain anything; the start time is the 22nd field.
    return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19] ?? '';
  } catch {
    // The process has ended, or the system has no /proc.
    return '';
  }
}
