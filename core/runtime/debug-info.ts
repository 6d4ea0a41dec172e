import type { CountedProcess } from './stats.ts';

/** One object with at least one proxy. */
export interface DebugInfo {
  /** The object's number in its process. */
  readonly id: number;
  /** The object's typeid. */
  readonly typeid: string;
  /** The number of references that other processes hold, including those in flight to a third process. */
  readonly count: number;
  /** The number of proxies in the object's own process. */
  readonly home: number;
  /** The holders: the identities of the processes and their numbers of references, one entry per session. */
  readonly holders: readonly { readonly instance: string; readonly count: number }[];
}

/** Returns the holders of a process's objects. */
export function debugInfo({ objects, sessions }: CountedProcess): readonly DebugInfo[] {
  const holders = new Map<number, { instance: string; count: number }[]>();
  for (const session of sessions) {
    for (const { id, count } of session.held()) {
      const known = holders.get(id) ?? [];
      known.push({ instance: session.instance, count });
      holders.set(id, known);
    }
  }
  return [...objects.entries()].map(({ id, exposure, held, home }) => ({
    id,
    typeid: exposure.typeid,
    count: held,
    home,
    holders: holders.get(id) ?? [],
  }));
}
