import type { Figure } from '../figure.ts';

/** A number with as many digits as matter: `1,234,567`, `12.3`, `0.45`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** A figure's value without its unit; there are no parts of bytes. */
export function formatMedian({ median, unit }: Pick<Figure, 'median' | 'unit'>): string {
  return unit === 'bytes' ? formatNumber(Math.round(median)).replace(/\.0+$/, '') : formatNumber(median);
}

/** A figure's value with its unit. */
export function formatValue(figure: Pick<Figure, 'median' | 'unit'>): string {
  return `${formatMedian(figure)} ${figure.unit}`;
}

/** A share as percents; empty when nothing is known. */
export function formatNoise(noise: number): string {
  return Number.isFinite(noise) ? `±${(noise * 100).toFixed(noise < 0.1 ? 1 : 0)} %` : '';
}

/** A ratio, or nothing. */
export function formatRatio(ratio: number | undefined): string {
  return ratio === undefined || !Number.isFinite(ratio) ? '' : `${ratio.toFixed(2)} ×`;
}

/** Who a row is about, with the size or number that it was measured at. */
export function rowName({ contender, at }: Pick<Figure, 'contender' | 'at'>): string {
  return at === undefined ? contender : `${contender}, ${at.toLocaleString('en')}`;
}

/** The items in groups, in the order in which their names first come up. */
export function grouped<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group === undefined) groups.set(nameOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
