export const MIB = 1024 * 1024;

/** Returns the value below which that share of the values is. */
export function percentile(values, share) {
  const sorted = [...values].toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Returns the growth of `y` per `x`, by least squares. */
export function slope(points) {
  const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const [over, under] = [mean((point) => (point.x - x) * (point.y - y)), mean((point) => (point.x - x) ** 2)];
  return over / under;
}

export function ms(value) {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

export function mib(bytes) {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

export function kib(bytes) {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}

/** Returns the median, 99th percentile and maximum of durations. */
export function spread(took) {
  return `p50 ${ms(percentile(took, 0.5))}, p99 ${ms(percentile(took, 0.99))}, most ${ms(percentile(took, 1))}`;
}
