import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';

/** An actor's process on this machine, of this user. */
export interface LocalActor {
  /** Its title: the name of its class, or `options.title`. */
  readonly name: string;
  readonly pid: number;
  /** The process that started it. */
  readonly owner: number;
  /** The time since its start, in seconds, rounded to hundredths. */
  readonly ageSeconds: number;
  /** The processor time used, in seconds, rounded to hundredths. */
  readonly cpuSeconds: number;
  /** The memory used, in bytes. */
  readonly memoryBytes: number;
}

/** The ticks per second in `/proc`, the same on every Linux that Node.js supports. */
const TICKS = 100;

/** Set in the environment of every actor's process. An actor's child processes inherit it, but have another parent. */
const OWNER = /(?:^|[\0 ])UACTOR_OWNER=(\d+)(?=[\0 ]|$)/;

/** Returns the actors of this user on this machine, the oldest first. Needs no key, and makes no calls. */
export function localActors(): readonly LocalActor[] {
  const found = process.platform === 'linux' ? fromProc() : fromPs(psOutput());
  return found.toSorted((one, other) => other.ageSeconds - one.ageSeconds || one.pid - other.pid);
}

function fromProc(): readonly LocalActor[] {
  const uptime = Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      if (statSync(`/proc/${name}`).uid !== process.getuid?.()) return [];
      const read = (file: string): string => readFileSync(`/proc/${name}/${file}`, 'utf8');
      const owner = Number(OWNER.exec(read('environ'))?.[1]);
      const stat = read('stat');
      // The second field is the program's name in parentheses, which may contain anything.
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const [parent, user = 0, system = 0, started = 0] = [fields[1], fields[11], fields[12], fields[19]];
      if (parent !== owner) return [];
      const memoryBytes = 1_024 * Number(/^VmRSS:\s*(\d+)/m.exec(read('status'))?.[1] ?? 0);
      const times = { ageSeconds: hundredths(uptime - started / TICKS), cpuSeconds: (user + system) / TICKS };
      return [
        { name: titleOf(read('cmdline').replaceAll('\0', ' ')), pid: Number(name), owner, ...times, memoryBytes },
      ];
    } catch {
      // The process has ended, or its details are not readable.
      return [];
    }
  });
}

/** Returns the output of `ps` on systems without `/proc`; `-E` adds the environments of this user's processes. */
function psOutput(): string {
  const columns = 'pid=,ppid=,etime=,time=,rss=,command=';
  return execFileSync('ps', ['-axwwE', '-U', String(process.getuid?.()), '-o', columns], { encoding: 'utf8' });
}

/** Finds the actors in the output of `ps`. */
export function fromPs(output: string): readonly LocalActor[] {
  return output.split('\n').flatMap((line) => {
    const [, pid, parent, age = '', time = '', rss, command = ''] =
      /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    const marker = OWNER.exec(command);
    const owner = Number(parent);
    if (pid === undefined || marker === null || Number(marker[1]) !== owner) return [];
    const title = titleOf(command.slice(0, marker.index).replace(/(?: [A-Za-z_]\w*=\S*)+$/, ''));
    const times = { ageSeconds: hundredths(seconds(age)), cpuSeconds: hundredths(seconds(time)) };
    return [{ name: title, pid: Number(pid), owner, ...times, memoryBytes: 1_024 * Number(rss) }];
  });
}

/** The command that starts an actor's process: the library's own program, or the script that imports a bundle. */
const START = /[\\/]bootstrap\.m?js(?: |$)| --eval process\.argv\[1\] = .*'uactor-actor'/;

/** Returns the title of a process, which it sets when it knows its class. */
function titleOf(command: string): string {
  const title = command.trim();
  return START.test(title) ? '(starting)' : title;
}

/** Rounds to what the system measures: a difference of two such times has digits of no meaning. */
function hundredths(time: number): number {
  return Math.round(time * 100) / 100;
}

/** Parses `[[days-]hours:]minutes:seconds`, with fractions. */
function seconds(text: string): number {
  const [days, clock] = text.includes('-') ? text.split('-') : ['0', text];
  const parts = (clock ?? '').split(':').map(Number);
  return Number(days) * 86_400 + parts.reduce((sum, part) => sum * 60 + part, 0);
}
