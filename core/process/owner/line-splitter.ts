import { StringDecoder } from 'node:string_decoder';

/** The longest line that is passed on as a whole, in UTF-16 units: a longer one is passed on in parts. */
const MAX_LINE_LENGTH = 64 * 1024;

/** Splits a line into parts of at most {@link MAX_LINE_LENGTH}, none of which ends within a character. */
function partsOf(line: string): string[] {
  const parts: string[] = [];
  let rest = line;
  while (rest.length > MAX_LINE_LENGTH) {
    const end = /[\ud800-\udbff]/.test(rest.charAt(MAX_LINE_LENGTH - 1)) ? MAX_LINE_LENGTH - 1 : MAX_LINE_LENGTH;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...parts, rest];
}

/** Splits the output of a process into lines. Its chunks may end within a line, or within a character. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #begun = '';

  /** The lines that end in this chunk. */
  push(chunk: Buffer): readonly string[] {
    const lines = `${this.#begun}${this.#decoder.write(chunk)}`.split('\n');
    this.#begun = lines.pop() ?? '';
    const whole = lines.flatMap((line) => partsOf(line.endsWith('\r') ? line.slice(0, -1) : line));
    const begun = partsOf(this.#begun);
    this.#begun = begun.pop() ?? '';
    return [...whole, ...begun];
  }

  /** The last line, if the output does not end with a line feed. */
  end(): readonly string[] {
    const last = this.#begun + this.#decoder.end();
    return last === '' ? [] : [last];
  }
}
