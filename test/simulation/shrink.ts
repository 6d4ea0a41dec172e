import type { Program } from './program.ts';

/**
 * Makes a failing program small: removes steps and faults as long as it still fails in the same way.
 *
 * @param fails - Whether a program fails in that way.
 * @param tries - The maximum number of programs to run for this. Default 300.
 */
export async function shrink(
  program: Program,
  fails: (candidate: Program) => Promise<boolean>,
  tries = 300,
): Promise<Program> {
  let [small, left] = [program, tries];
  const attempt = async (candidate: Program): Promise<boolean> => {
    if (left-- <= 0 || !(await fails(candidate))) return false;
    small = candidate;
    return true;
  };
  for (const list of ['faults', 'steps'] as const) {
    for (let size = Math.ceil(small[list].length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < small[list].length; ) {
        const rest: readonly unknown[] = small[list];
        const candidate = { ...small, [list]: [...rest.slice(0, at), ...rest.slice(at + size)] };
        if (!(await attempt(candidate))) at += size;
      }
    }
  }
  return small;
}
