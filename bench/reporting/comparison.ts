import { type Estimate, type Figure, keyOf, REFERENCES } from '../figure.ts';
import type { Report } from '../report.ts';
import { formatNoise, formatRatio } from './format.ts';
import { table } from './text.ts';

/** The number of standard errors from which on a difference counts. */
const BELIEVED = 3;
/** The minimum noise, as a share: few rounds may agree by chance. */
const LEAST_NOISE = 0.02;

interface Change {
  readonly name: string;
  /** The compared quantity: the value itself, or its ratio to a reference of the same run. */
  readonly by: string;
  /** Above 1: improved. */
  readonly ratio: number;
  readonly noise: number;
  readonly verdict: 'better' | 'worse' | 'within the noise' | 'noise unknown';
}

/**
 * Compares with an earlier run. Where there is a reference, compares the ratios to it, because machines drift from run to run;
 * other figures are compared directly.
 */
export function comparison(now: Report, then: Report): string {
  const earlier = new Map(then.figures.map((figure) => [keyOf(figure), figure]));
  const changes = now.figures.flatMap((figure) => {
    const old = earlier.get(keyOf(figure));
    return old === undefined ? [] : [changeOf(figure, old)];
  });
  if (changes.length === 0) return 'Nothing that was measured now was measured then.';
  const rows = changes
    .toSorted((a, b) => a.ratio - b.ratio)
    .map(({ name, by, ratio, noise, verdict }) => [name, by, formatRatio(ratio), formatNoise(noise), verdict]);
  const counted = (verdict: Change['verdict']): number => changes.filter((change) => change.verdict === verdict).length;
  return [
    `Compared with the run of ${then.date} (Node ${then.machine.node}, load ${then.machine.load})`,
    '',
    table([['', 'compared', 'now / then', 'noise', ''], ...rows]),
    '',
    `${counted('better')} better, ${counted('worse')} worse, ${counted('within the noise')} within the noise` +
      ` (a difference is believed beyond ${BELIEVED} standard errors of both runs); above 1 is better`,
  ].join('\n');
}

function changeOf(now: Figure, then: Figure): Change {
  const reference = REFERENCES.toReversed().find((name) => now.ratios[name] && then.ratios[name]);
  const [a, b]: readonly [Estimate, Estimate] =
    reference === undefined ? [now, then] : [now.ratios[reference] ?? now, then.ratios[reference] ?? then];
  const higher = reference !== undefined || now.better === 'higher';
  const ratio = higher ? a.median / b.median : b.median / a.median;
  const noise = Math.hypot(Math.max(a.noise, LEAST_NOISE), Math.max(b.noise, LEAST_NOISE));
  const by = reference === undefined ? now.unit : `of ${reference}`;
  return { name: keyOf(now), by, ratio, noise, verdict: verdictOn(ratio, noise) };
}

function verdictOn(ratio: number, noise: number): Change['verdict'] {
  if (Number.isNaN(noise)) return 'noise unknown';
  if (Math.abs(Math.log(ratio)) <= BELIEVED * noise) return 'within the noise';
  return ratio > 1 ? 'better' : 'worse';
}
