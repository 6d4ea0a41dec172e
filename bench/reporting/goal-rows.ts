import type { Reached } from '../report.ts';
import { formatNumber } from './format.ts';

/** The heading of {@link goalRows}. */
export const GOAL_HEAD = ['', 'now', 'goal', 'floor', ''] as const;

/** Returns a row for each goal that was measured. */
export function goalRows(goals: readonly Reached[]): readonly (readonly string[])[] {
  return goals.flatMap(({ title, value, unit, goal, floor, verdict }) => {
    if (value === undefined) return [];
    const than = goal < floor ? '≤' : '≥';
    const bounds = [goal, floor].map((bound) => `${than} ${formatNumber(bound)}`);
    return [[title, `${formatNumber(value)} ${unit}`, ...bounds, verdict]];
  });
}
