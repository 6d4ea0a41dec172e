/** One line with the progress of the run: rewritten on a terminal, otherwise a line per part. */
export class Progress {
  readonly #began = performance.now();
  #part = '';

  /** Begins a new part. */
  begin(part: string): void {
    this.#part = part;
    if (!process.stderr.isTTY) process.stderr.write(`${this.#elapsed()}  ${part}\n`);
  }

  /** Reports a step within the part. */
  step(what: string): void {
    if (!process.stderr.isTTY) return;
    const width = process.stderr.columns;
    process.stderr.write(`\r\u001B[K${`${this.#elapsed()}  ${this.#part}: ${what}`.slice(0, width - 1)}`);
  }

  end(): void {
    process.stderr.write(`${process.stderr.isTTY ? '\r\u001B[K' : ''}${this.#elapsed()}  done\n`);
  }

  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  #elapsed(): string {
    return `${this.seconds.toFixed(0).padStart(4)} s`;
  }
}
