/**
 * The containers around the present position of a traversal. An extension must not contain any of them: its value is created when
 * its data is complete, and data that contains a container around the extension never is.
 */
export class Nesting {
  /** Outermost first, by depth; entries beyond the present depth are stale. */
  readonly #around: unknown[] = [];
  /** The number of entries in use, current or stale. */
  #used = 0;
  /** The number of entries up to the innermost extension, including it. */
  #beyond = 0;

  /** Called when the traversal enters `container` at `depth`. */
  enter(container: unknown, depth: number): void {
    this.#around[depth] = container;
    if (depth >= this.#used) this.#used = depth + 1;
  }

  /** Called when the traversal enters the data of an extension. The result is for {@link Nesting.leaveExtension}. */
  enterExtension(depth: number): number {
    const before = this.#beyond;
    this.enter(undefined, depth);
    this.#beyond = depth + 1;
    return before;
  }

  /** Called when the data is complete. */
  leaveExtension(before: number): void {
    this.#beyond = before;
  }

  /** Whether `container`, met again, is around the present extension. */
  closesCircle(container: unknown): boolean {
    return this.#beyond > 0 && this.#around.lastIndexOf(container, this.#beyond - 1) >= 0;
  }

  /** Called when a traversal begins. */
  forget(): void {
    // The array keeps its length: for a small value, refilling it or setting its length would cost more than the traversal.
    for (let depth = 0; depth < this.#used; depth++) this.#around[depth] = undefined;
    this.#used = 0;
    this.#beyond = 0;
  }
}
