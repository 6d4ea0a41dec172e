import type { MessageAllowance } from '../seam/codec/budget.ts';
import type { Extension } from '../seam/serializer.ts';
import { PLATFORM_TAG_PREFIX, platformBytes } from '../objects/platform-values.ts';
import { demand, Tag } from '../references/token.ts';

interface Cost {
  /** The charge for reviving one extension of the kind, in bytes; time is charged as memory. */
  readonly bytes: number;
  /** The maximum number of them in one message. */
  readonly most: number;
}

/** An instance of a class given to `registerClass`; its data is charged separately. */
const INSTANCE: Cost = { bytes: 64, most: Infinity };

const COSTS: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  [Tag.OWN, { bytes: 1_000, most: 1_000_000 }],
  [Tag.HOME, { bytes: 1_000, most: 1_000_000 }],
  [Tag.METHOD, { bytes: 500, most: 1_000_000 }],
  // It may need a connection to another process.
  [Tag.FAR, { bytes: 8_000, most: 65_536 }],
  // Each is a call that waits at the peer.
  [Tag.SIGNAL, { bytes: 4_000, most: 16_384 }],
  [Tag.ERROR, { bytes: 1_500, most: 65_536 }],
]);

/** A name in the description of a third process's object, which may become a class member. */
const NAME_BYTES = 250;

/** Returns the peer's charge for an extension of this tag, for {@link Extension.keptBytes}. */
export function revivedBytes(tag: string): number {
  return (COSTS.get(tag) ?? INSTANCE).bytes;
}

/** Returns the peer's charge for a proxy of a third process's object with this number of members. */
export function farBytes(members: number): number {
  return revivedBytes(Tag.FAR) + members * NAME_BYTES;
}

/** Charges for the values that a message's extensions are revived to, and counts them. */
export class RevivalCosts {
  readonly #allowance: MessageAllowance;
  /** Counts by tag, with the number of the message: a new message starts counting without clearing anything. */
  readonly #counts = new Map<string, { message: number; count: number }>();

  constructor(allowance: MessageAllowance) {
    this.#allowance = allowance;
  }

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` when the message exceeds a limit with this extension. */
  charge({ tag, data }: Extension): void {
    const allowance = this.#allowance;
    const known = COSTS.get(tag);
    if (known === undefined && tag.startsWith(PLATFORM_TAG_PREFIX)) {
      allowance.charge(platformBytes(data));
      return;
    }
    const { bytes, most } = known ?? INSTANCE;
    allowance.charge(bytes);
    if (most === Infinity) return;
    let counted = this.#counts.get(tag);
    if (counted === undefined) {
      counted = { message: allowance.message, count: 0 };
      this.#counts.set(tag, counted);
    } else if (counted.message !== allowance.message) {
      counted.message = allowance.message;
      counted.count = 0;
    }
    counted.count++;
    demand(counted.count <= most, `more than ${most} values of the kind '${tag}' in one message`);
  }

  /** Charges for a description of members that came with a value. */
  chargeNames(count: number): void {
    this.#allowance.charge(count * NAME_BYTES);
  }
}
