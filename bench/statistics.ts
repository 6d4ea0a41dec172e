/** Returns the value that `share` of all values do not exceed, interpolated between neighbours. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Returns the middle value; `NaN` for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Returns the value that a quarter of all values do not exceed; `NaN` for none. */
export function lowerQuartile(values: readonly number[]): number {
  return quantile(values, 0.25);
}

/** Converts the median of absolute deviations to the standard deviation of a normal distribution. */
const DEVIATIONS = 1.4826;
/** The ratio of the median's standard error to that of the mean, for normal values. */
const OF_MEDIANS = 1.2533;

/**
 * Returns the standard error of the median, as a share of it. Computed from the median of deviations, on which one disturbed
 * round has no effect. `NaN` for fewer than three rounds.
 */
export function noise(values: readonly number[]): number {
  if (values.length < 3) return Number.NaN;
  const middle = median(values);
  const deviation = DEVIATIONS * median(values.map((value) => Math.abs(value - middle)));
  return Math.abs((OF_MEDIANS * deviation) / Math.sqrt(values.length) / middle);
}
