/** An invalid command line: the program exits with code 2 and refers to `--help`. */
export class UsageError extends Error {
  override name = 'UsageError';
}
