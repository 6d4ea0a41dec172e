import { UActorError } from '../seam/errors.ts';

/** Compares two values, usually in another process. */
export type Compare = (a: unknown, b: unknown) => unknown;

/**
 * Sorts `list` in place with a comparison that may be asynchronous. As in `Array.prototype.sort`, equal elements keep their
 * order, and `undefined` goes to the end without being compared.
 *
 * @throws {@link UActorError} `INVALID_STATE` when the list was changed meanwhile (Python: `ValueError`); then nothing is written
 * to it.
 */
export async function sortBy(list: unknown[], compare: Compare, signal: AbortSignal | undefined): Promise<void> {
  const before = [...list];
  const compared = before.filter((value) => value !== undefined);
  const sorted = await merged(compared, compare, signal);
  if (list.length !== before.length || before.some((value, index) => !Object.is(value, list[index]))) {
    throw new UActorError('list.sort: the list was changed while it was being sorted: sort it again', {
      executed: 'yes',
    });
  }
  for (let index = 0; index < list.length; index++) list[index] = sorted[index];
}

async function merged(
  values: readonly unknown[],
  compare: Compare,
  signal: AbortSignal | undefined,
): Promise<readonly unknown[]> {
  if (values.length < 2) return values;
  const middle = values.length >> 1;
  const left = await merged(values.slice(0, middle), compare, signal);
  const right = await merged(values.slice(middle), compare, signal);
  const result: unknown[] = [];
  let fromRight = 0;
  for (const value of left) {
    while (fromRight < right.length) {
      signal?.throwIfAborted();
      if (!(Number(await compare(value, right[fromRight])) > 0)) break;
      result.push(right[fromRight++]);
    }
    result.push(value);
  }
  return [...result, ...right.slice(fromRight)];
}
