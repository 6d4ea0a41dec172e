import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Setting } from './contest.ts';
import type { Figure } from './figure.ts';
import { Figures, GOALS } from './goals.ts';
import type { Machine } from './machine.ts';

/** How far a goal was reached; `undefined` when its subject was not measured. */
export interface Reached {
  readonly title: string;
  readonly unit: string;
  readonly goal: number;
  readonly floor: number;
  readonly value: number | undefined;
  readonly verdict: 'reached' | 'above the floor' | 'below the floor' | 'not measured';
}

/** The results of one run. */
export interface Report {
  readonly format: 1;
  readonly date: string;
  readonly seconds: number;
  readonly quick: boolean;
  readonly rounds: number;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
  readonly goals: readonly Reached[];
}

/** Returns the results of a run at its end. */
export function reportOn(
  { options, book, progress }: Setting,
  machine: Machine,
  goals: readonly Reached[] = options.goals ? reachedGoals(book.figures) : [],
): Report {
  progress.end();
  return {
    format: 1,
    date: new Date().toISOString(),
    seconds: progress.seconds,
    quick: options.quick,
    rounds: options.rounds,
    machine,
    figures: book.figures,
    goals,
  };
}

/** Returns how far the goals were reached. */
function reachedGoals(list: readonly Figure[]): readonly Reached[] {
  const figures = new Figures(list);
  return GOALS.map(({ title, unit, goal, floor, atMost, reached }) => {
    const value = reached(figures);
    const meets = (bound: number): boolean => value !== undefined && (atMost ? value <= bound : value >= bound);
    const verdict = meets(goal) ? 'reached' : meets(floor) ? 'above the floor' : 'below the floor';
    return { title, unit, goal, floor, value, verdict: value === undefined ? 'not measured' : verdict };
  });
}

/** Creates a report's file, and the folders above it, if necessary. */
export function makeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, '');
}

/**
 * Reads the figures that an earlier run wrote with `--json`.
 *
 * @throws `Error` that names the file and says why it cannot be used.
 */
export function readReport(file: string): Report {
  const text = readFileSync(file, 'utf8');
  const refusal = `${file} is no report of this program: give a file that --json wrote`;
  try {
    const report: unknown = JSON.parse(text, unknownAsNaN);
    if (isReport(report)) return report;
  } catch (cause) {
    throw new Error(refusal, { cause });
  }
  throw new Error(refusal);
}

/** Restores unknown values: JSON writes `NaN` as `null`. */
function unknownAsNaN(_key: string, value: unknown): unknown {
  return value === null ? Number.NaN : value;
}

/** Checks only the outer form: this program wrote the parts. */
function isReport(value: unknown): value is Report {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1) return false;
  return 'machine' in value && 'figures' in value && Array.isArray(value.figures);
}
