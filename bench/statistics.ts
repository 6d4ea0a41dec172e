/** The value that `share` of all values do not exceed, between neighbours if need be. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** The middle value; `NaN` of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that a quarter of all values do not exceed; `NaN` of none. */
export function lowerQuartile(values: readonly number[]): number {
  return quantile(values, 0.25);
}

/** Turns the median of absolute deviations into the standard deviation of a normal distribution. */
const DEVIATIONS = 1.4826;
/** How much wider the median of normal values scatters than their mean. */
const OF_MEDIANS = 1.2533;

/**
 * How uncertain the median is: its standard error, as a share of it. Taken from the median of deviations, which one
 * disturbed round does not move. Too few rounds say nothing about it: `NaN` below three.
 */
export function noise(values: readonly number[]): number {
  if (values.length < 3) return Number.NaN;
  const middle = median(values);
  const deviation = DEVIATIONS * median(values.map((value) => Math.abs(value - middle)));
  return Math.abs((OF_MEDIANS * deviation) / Math.sqrt(values.length) / middle);
}
