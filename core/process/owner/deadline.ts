import { clearTimeout, setTimeout } from '../../seam/environment.ts';

/** What `promise` resolves to, or `'late'` when that takes longer than `timeoutMs`; `undefined` waits without limit. */
export async function deadline<T>(promise: Promise<T>, timeoutMs: number | undefined): Promise<{ value: T } | 'late'> {
  if (timeoutMs === undefined) return { value: await promise };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  try {
    return await Promise.race([promise.then((value) => ({ value })), late]);
  } finally {
    clearTimeout(timer);
  }
}
