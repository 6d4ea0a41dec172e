import type { CodecContext } from '../serializer.ts';
import type { CodecFaults } from './codec-faults.ts';
import { grantedBytes, MessageAllowance, UNSURE_BYTES } from './message-allowance.ts';

/** Costs are charged to the session in portions: a call for each value would cost more than the value. */
const PORTION_BYTES = 64 * 1024;

/**
 * The limits of one message while a codec reads it: values (`limits.maxNodes`) and memory. Created once for a codec, and reset
 * for each message.
 */
export class Budget {
  readonly #maxNodes: number;
  readonly #faults: CodecFaults;
  /** The codec's own allowance, if the session has none. */
  readonly #allowance: MessageAllowance | undefined;
  readonly #charge: (bytes: number) => void;
  #nodesLeft = 0;
  /** The rest of the present portion. */
  #bytesLeft = 0;
  /** What is left of everything, at the end of the portion before. */
  #grantedLeft = 0;
  #unsureLeft = 0;

  constructor(context: CodecContext, faults: CodecFaults) {
    this.#maxNodes = context.maxNodes;
    this.#faults = faults;
    if (context.charge === undefined) {
      const allowance = new MessageAllowance();
      this.#allowance = allowance;
      this.#charge = (bytes) => allowance.charge(bytes);
    } else {
      this.#allowance = undefined;
      this.#charge = context.charge;
    }
  }

  /** Called before a message of this size is read. */
  begin(messageBytes: number): void {
    this.#allowance?.begin(messageBytes);
    this.#nodesLeft = this.#maxNodes;
    this.#bytesLeft = PORTION_BYTES;
    this.#grantedLeft = grantedBytes(messageBytes);
    this.#unsureLeft = UNSURE_BYTES;
  }

  /** What the message may still cost, as far as this budget knows. */
  get bytesLeft(): number {
    return this.#grantedLeft - PORTION_BYTES + this.#bytesLeft;
  }

  /**
   * Counts memory that something may take or not, which its sender cannot know. `false`, with nothing counted, when the message has held
   * much of that kind: what might take it has to be made in another way.
   */
  spendUnsure(keptBytes: number): boolean {
    if (keptBytes > this.#unsureLeft) return false;
    this.#unsureLeft -= keptBytes;
    this.spend(0, keptBytes);
    return true;
  }

  /**
   * Counts `nodes` values that are about to be created, and their memory; see {@link KEPT} for the costs.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD` when that is more than is left.
   */
  spend(nodes: number, keptBytes: number): void {
    this.#nodesLeft -= nodes;
    this.#bytesLeft -= keptBytes;
    if (this.#nodesLeft < 0 || this.#bytesLeft < 0) this.#settle();
  }

  #settle(): void {
    if (this.#nodesLeft < 0) {
      throw this.#faults.invalidPayload(`it holds more than ${this.#maxNodes} values (limits.maxNodes)`);
    }
    const spent = PORTION_BYTES - this.#bytesLeft;
    this.#bytesLeft = PORTION_BYTES;
    this.#grantedLeft -= spent;
    this.#charge(spent);
  }
}
