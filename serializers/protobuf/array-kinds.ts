/** Whether all items are 32-bit integers other than -0. True for an empty array. */
export function areIntegers(items: readonly unknown[]): items is number[] {
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (typeof item !== 'number' || !isInteger32(item)) return false;
  }
  return true;
}

/** Whether all items are numbers. */
export function areNumbers(items: readonly unknown[]): items is number[] {
  for (let index = 0; index < items.length; index++) if (typeof items[index] !== 'number') return false;
  return true;
}

/** Whether all items are text that UTF-8 can represent. */
export function areTexts(items: readonly unknown[]): items is string[] {
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (typeof item !== 'string' || !item.isWellFormed()) return false;
  }
  return true;
}

/** Whether `value` is a 32-bit integer other than -0. */
export function isInteger32(value: number): boolean {
  return (value | 0) === value && (value !== 0 || 1 / value > 0);
}
