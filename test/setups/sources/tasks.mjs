/** A task of a pool: a module of its own, whatever a bundler makes of the program. */
export function square(value) {
  return value * value;
}
