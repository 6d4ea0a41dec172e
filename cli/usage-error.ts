/** The command line itself is wrong: the program ends with exit code 2 and a hint at `--help`. */
export class UsageError extends Error {
  override name = 'UsageError';
}
