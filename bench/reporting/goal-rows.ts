import type { Reached } from '../report.ts';
import { formatNumber } from './format.ts';

/** What stands above {@link goalRows}. */
export const GOAL_HEAD = ['', 'now', 'goal', 'floor', ''] as const;

/** A row for each goal that something was measured for. */
export function goalRows(goals: readonly Reached[]): readonly (readonly string[])[] {
  return goals.flatMap(({ title, value, unit, goal, floor, verdict }) => {
    if (value === undefined) return [];
    const than = goal < floor ? '≤' : '≥';
    const bounds = [goal, floor].map((bound) => `${than} ${formatNumber(bound)}`);
    return [[title, `${formatNumber(value)} ${unit}`, ...bounds, verdict]];
  });
}
