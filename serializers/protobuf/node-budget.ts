import { faults } from './faults.ts';

/** How many values one message may still expand to. */
export class NodeBudget {
  readonly #maxNodes: number;
  #left: number;

  constructor(maxNodes: number) {
    this.#maxNodes = maxNodes;
    this.#left = maxNodes;
  }

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` when fewer than `count` are left. */
  take(count: number): void {
    this.#left -= count;
    if (this.#left < 0) throw faults.invalidPayload(`it holds more than ${this.#maxNodes} values (limits.maxNodes)`);
  }
}
