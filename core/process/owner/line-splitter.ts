import { StringDecoder } from 'node:string_decoder';

/** The longest line that is kept until its end arrives, in UTF-16 units: a longer one is passed on in parts. */
const MAX_LINE_LENGTH = 64 * 1024;

/** Splits the output of a process into lines. Its chunks may end within a line, or within a character. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #begun = '';

  /** The lines that end in this chunk. */
  push(chunk: Buffer): readonly string[] {
    const lines = `${this.#begun}${this.#decoder.write(chunk)}`.split('\n');
    this.#begun = lines.pop() ?? '';
    const whole = lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    while (this.#begun.length > MAX_LINE_LENGTH) {
      whole.push(this.#begun.slice(0, MAX_LINE_LENGTH));
      this.#begun = this.#begun.slice(MAX_LINE_LENGTH);
    }
    return whole;
  }

  /** The last line, if the output does not end with a line feed. */
  end(): readonly string[] {
    const last = this.#begun + this.#decoder.end();
    return last === '' ? [] : [last];
  }
}
