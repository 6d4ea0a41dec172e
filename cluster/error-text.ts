/** Returns a thrown value as text. An actor, or a getter of an argument, may throw a value that cannot be converted. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'a value that cannot be shown';
  }
}
