/** Checks at the end of every test of processes that nothing is left over. Import it for its effect: it registers the hooks. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stats, stats } from 'uactor';
import { afterAll, afterEach, beforeEach, expect, vi } from 'vitest';
import { NOTHING } from './nothing.ts';

/** Longer than anything takes that ends by itself; a leak stays. */
const POLL = { timeout: 10_000, interval: 10 };

/** The test runner's own handles come and go. */
const IGNORED_RESOURCES = new Set(['Timeout', 'Immediate', 'MessagePort', 'FSReqCallback', 'FSReqPromise']);

/** A child process, as `/proc` shows it. */
export interface ChildOfOurs {
  readonly pid: number;
  readonly command: string;
}

/** Returns the children of a process, including ended ones that were not waited for. */
export function childrenOf(parent: number): readonly ChildOfOurs[] {
  return childPids(String(parent)).flatMap((name) => {
    const stat = readProc(name, 'stat');
    // The second field is the program's name in parentheses, which may hold anything.
    if (stat === '') return [];
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    const command = readProc(name, 'cmdline').replaceAll('\0', ' ').trim();
    return [{ pid: Number(name), command: command === '' ? `(ended, state ${state})` : command }];
  });
}

/** A list that is read while a child ends may lack another one: two lists that agree are taken for complete. */
function childPids(parent: string): readonly string[] {
  let before = listedChildren(parent);
  for (;;) {
    const now = listedChildren(parent);
    if (now.join() === before.join()) return now;
    before = now;
  }
}

/** Each thread has a list of its own. Looking at every process of the machine takes far longer. */
function listedChildren(parent: string): readonly string[] {
  const threads = unlessEnded(() => readdirSync(`/proc/${parent}/task`)) ?? [];
  return threads.flatMap((thread) => readProc(parent, `task/${thread}/children`).match(/\d+/g) ?? []);
}

if (!existsSync(`/proc/self/task/${process.pid}/children`)) {
  throw new Error(
    'this kernel does not list the children of a process (CONFIG_PROC_CHILDREN), so no leaked process would be found',
  );
}

/** Whether a process is an actor's or a spare, whatever its title. */
export function isActorProcess(pid: number): boolean {
  return readProc(String(pid), 'environ').includes('UACTOR_OWNER=');
}

/** Whether a process exists and has not ended. */
export function isAlive(pid: number): boolean {
  const stat = readProc(String(pid), 'stat');
  return stat !== '' && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** Waits until a process has ended. */
export async function hasEnded(pid: number, timeout = 10_000): Promise<void> {
  await vi.waitFor(() => expect(isAlive(pid), `process ${pid} still runs`).toBe(false), { timeout, interval: 10 });
}

/** Returns the private folders of this test file's processes and their programs. */
export function socketFolders(): readonly string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('uactor-'));
}

function readProc(pid: string, file: string): string {
  return unlessEnded(() => readFileSync(`/proc/${pid}/${file}`, 'utf8')) ?? '';
}

/** Returns what `read` reads in /proc; `undefined` if the process or thread has ended. */
function unlessEnded<Found>(read: () => Found): Found | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}

/** Whether a process is the guardian, which waits a moment for the next actor. */
function isGuardian({ command }: ChildOfOurs): boolean {
  return command.startsWith('/bin/sh -c') && command.includes('kill -KILL');
}

function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) {
    if (!IGNORED_RESOURCES.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Returns the kinds of handles of which there are more than before the test, with their number. */
function newResources(): readonly string[] {
  return [...resources()]
    .filter(([name, count]) => count > (resourcesBefore.get(name) ?? 0))
    .map(([name, count]) => `${count} ${name}`);
}

// A separate folder for this test file's sockets, so that leftovers of other files do not count as its leaks.
const temporary = mkdtempSync(join(tmpdir(), 'test-'));
process.env['TMPDIR'] = temporary;
delete process.env['XDG_RUNTIME_DIR'];

/** A folder for the files that a test and its actors write, removed after the test file. */
export const scratch: string = mkdtempSync(join(temporary, 'files-'));

/** The processes before the test: those of the test runner, and those that the tests of a block share. */
let pidsBefore = new Set(childrenOf(process.pid).map(({ pid }) => pid));
const strangers: ReadonlySet<number> = pidsBefore;
let statsBefore: Stats = NOTHING;
let foldersBefore: ReadonlySet<string> = new Set();
let resourcesBefore: ReadonlyMap<string, number> = new Map();

function processesBeside(known: ReadonlySet<number>): readonly ChildOfOurs[] {
  return childrenOf(process.pid).filter(({ pid }) => !known.has(pid));
}

/** Figures of this process that are higher than before the test. */
function newInTables(): object {
  const now = Object.entries(stats());
  return Object.fromEntries(now.filter(([name, figure]) => figure > Number(Reflect.get(statsBefore, name))));
}

beforeEach(() => {
  pidsBefore = new Set(childrenOf(process.pid).map(({ pid }) => pid));
  statsBefore = stats();
  foldersBefore = new Set(socketFolders());
  resourcesBefore = resources();
});

afterEach(async () => {
  await vi.waitFor(() => {
    expect(
      processesBeside(pidsBefore).filter((child) => !isGuardian(child)),
      'processes are left',
    ).toEqual([]);
    expect(newInTables(), 'something is left in the tables').toEqual({});
    expect(
      socketFolders().filter((name) => !foldersBefore.has(name)),
      'folders of sockets are left',
    ).toEqual([]);
    expect(newResources(), 'handles are left open').toEqual([]);
  }, POLL);
});

// Runs after the hooks of the blocks, which end what their tests shared.
afterAll(async () => {
  await vi.waitFor(() => {
    expect(processesBeside(strangers), 'processes are left').toEqual([]);
    expect(stats(), 'something is left in the tables').toEqual(NOTHING);
    expect(socketFolders(), 'folders of sockets are left').toEqual([]);
  }, POLL);
  rmSync(temporary, { recursive: true, force: true });
});
