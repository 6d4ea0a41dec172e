import { performance } from '../../seam/environment.ts';

const INTERVAL_MS = 1_000;
const MAX_LINE_LENGTH = 300;

/**
 * A log that unauthenticated peers cannot flood: at most one line a second, with the number of omitted ones, each of bounded
 * length and without control characters.
 */
export class RateLimitedLog {
  readonly #sink: (line: string) => void;
  #nextAtMs = Number.NEGATIVE_INFINITY;
  #suppressed = 0;

  /** @param sink Receives the lines. It must not throw. */
  constructor(sink: (line: string) => void) {
    this.#sink = sink;
  }

  /** Writes a line, or counts it when there was one within the last second. */
  write(line: string): void {
    const nowMs = performance.now();
    if (nowMs < this.#nextAtMs) {
      this.#suppressed += 1;
      return;
    }
    const note = this.#suppressed === 0 ? '' : ` (${this.#suppressed} earlier lines were omitted)`;
    this.#nextAtMs = nowMs + INTERVAL_MS;
    this.#suppressed = 0;
    this.#sink(`${escaped(line)}${note}`);
  }
}

/** Escapes everything but printable ASCII, and cuts the text to a bounded length. */
function escaped(text: string): string {
  const cut = text.length > MAX_LINE_LENGTH ? `${text.slice(0, MAX_LINE_LENGTH)}...` : text;
  return cut.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
