import type { Figure } from '../figure.ts';
import { grouped } from './format.ts';

/** Calls of the library over the pipe, which every actor has: `msgpack · pipe`. */
const CONTENDER = /^(\w+) · pipe$/;
const MEASURE = /^(?:echo of )?(.*), 100 in flight$/;

/**
 * Returns a sentence that recommends serializers by data, from the CPU time per call if measured, otherwise from the rate of
 * calls; `undefined` if fewer than two serializers were measured.
 */
export function adviceOf(figures: readonly Figure[]): string | undefined {
  for (const section of ['cost', 'calls'] as const) {
    const winners = winnersOf(figures.filter((figure) => figure.section === section));
    if (winners.size === 0) continue;
    const parts = [...winners].map(([serializer, values]) => `${serializer} for ${listed(values)}`);
    const what = section === 'cost' ? 'the least CPU per call' : 'the most calls per second';
    return `For ${what} between two processes of this machine, choose ${parts.join('; ')}.`;
  }
  return undefined;
}

/** Returns the values for which each serializer is the best. */
function winnersOf(figures: readonly Figure[]): ReadonlyMap<string, readonly string[]> {
  const winners = new Map<string, string[]>();
  for (const [measure, group] of grouped(figures, (figure) => figure.measure)) {
    const value = MEASURE.exec(measure)?.[1];
    const rivals = group.filter(({ contender }) => CONTENDER.test(contender));
    const [first, ...others] = rivals;
    if (value === undefined || first === undefined || others.length === 0) continue;
    const sign = first.better === 'higher' ? 1 : -1;
    const best = others.reduce((a, b) => (sign * b.median > sign * a.median ? b : a), first);
    const name = CONTENDER.exec(best.contender)?.[1] ?? best.contender;
    winners.set(name, [...(winners.get(name) ?? []), value]);
  }
  return winners;
}

/** Joins names: `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  const [last = '', ...before] = names.toReversed();
  return before.length === 0 ? last : `${before.toReversed().join(', ')} and ${last}`;
}
