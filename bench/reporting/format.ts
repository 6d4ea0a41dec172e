import type { Figure } from '../figure.ts';

/** Formats a number with the digits that matter: `1,234,567`, `12.3`, `0.45`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** Formats a figure's value without its unit; bytes have no fraction. */
export function formatMedian({ median, unit }: Pick<Figure, 'median' | 'unit'>): string {
  return unit === 'bytes' ? formatNumber(Math.round(median)).replace(/\.0+$/, '') : formatNumber(median);
}

/** Formats a figure's value with its unit. */
export function formatValue(figure: Pick<Figure, 'median' | 'unit'>): string {
  return `${formatMedian(figure)} ${figure.unit}`;
}

/** Formats a share as percents; empty when unknown. */
export function formatNoise(noise: number): string {
  return Number.isFinite(noise) ? `±${(noise * 100).toFixed(noise < 0.1 ? 1 : 0)} %` : '';
}

/** Formats a ratio; empty when unknown. */
export function formatRatio(ratio: number | undefined): string {
  return ratio === undefined || !Number.isFinite(ratio) ? '' : `${ratio.toFixed(2)} ×`;
}

/** Returns a row's name: the contender, with the size or number at which it was measured. */
export function rowName({ contender, at }: Pick<Figure, 'contender' | 'at'>): string {
  return at === undefined ? contender : `${contender}, ${at.toLocaleString('en')}`;
}

/** Groups items, in the order in which their names first appear. */
export function grouped<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group === undefined) groups.set(nameOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
