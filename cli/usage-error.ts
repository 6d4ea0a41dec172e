// A file of its own: an actor of `uactor bench` throws it, and does not load the command line.

/** An invalid command line: the program exits with code 2 and refers to `--help`. */
export class UsageError extends Error {
  override name = 'UsageError';
}
