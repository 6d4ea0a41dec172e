/**
 * The containers around the present place of a walk, for what an extension must not contain: its value is put in place when its
 * data is complete, which data that contains a container around the extension never is.
 */
export class Nesting {
  /** Outermost first, by depth; what lies behind the present depth is out of date. */
  readonly #around: unknown[] = [];
  /** How many of its places are used, by what is around or was. */
  #used = 0;
  /** How many of them are around the innermost extension, or are it. */
  #beyond = 0;

  /** The walk goes into `container`, which lies `depth` levels deep. */
  enter(container: unknown, depth: number): void {
    this.#around[depth] = container;
    if (depth >= this.#used) this.#used = depth + 1;
  }

  /** The walk goes into the data of an extension. The answer is for {@link Nesting.leaveExtension}. */
  enterExtension(depth: number): number {
    const before = this.#beyond;
    this.enter(undefined, depth);
    this.#beyond = depth + 1;
    return before;
  }

  /** The data is complete. */
  leaveExtension(before: number): void {
    this.#beyond = before;
  }

  /** Whether `container`, met again, is around the extension that the walk is in. */
  closesCircle(container: unknown): boolean {
    return this.#beyond > 0 && this.#around.lastIndexOf(container, this.#beyond - 1) >= 0;
  }

  /** A walk begins. */
  forget(): void {
    // The places are kept: filling them again, or setting the length, would cost a small value more than the walk.
    for (let depth = 0; depth < this.#used; depth++) this.#around[depth] = undefined;
    this.#used = 0;
    this.#beyond = 0;
  }
}
