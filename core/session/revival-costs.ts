import type { MessageAllowance } from '../seam/codec/message-allowance.ts';
import type { Extension } from '../seam/serializer.ts';
import { PLATFORM_TAG_PREFIX, platformBytes } from '../objects/platform-values.ts';
import { demand, Tag } from '../references/token.ts';

interface Cost {
  /** What reviving one charges, in bytes; time counts as memory. */
  readonly bytes: number;
  /** How many one message may hold. */
  readonly most: number;
}

/** An instance of a class given to `registerClass`: its data has been paid for. */
const INSTANCE: Cost = { bytes: 64, most: Infinity };

const COSTS: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  [Tag.OWN, { bytes: 1_000, most: 1_000_000 }],
  [Tag.HOME, { bytes: 1_000, most: 1_000_000 }],
  [Tag.METHOD, { bytes: 500, most: 1_000_000 }],
  // A connection to another process may have to be made.
  [Tag.FAR, { bytes: 8_000, most: 65_536 }],
  // Each is a call that waits at the peer.
  [Tag.SIGNAL, { bytes: 4_000, most: 16_384 }],
  [Tag.ERROR, { bytes: 1_500, most: 65_536 }],
]);

/** A name in the description of a third process's object: it may become a member of a class. */
const NAME_BYTES = 250;

/** What the other end charges for an extension of this tag, for {@link Extension.keptBytes}. */
export function revivedBytes(tag: string): number {
  return (COSTS.get(tag) ?? INSTANCE).bytes;
}

/** Charges what the extensions in a message are revived to, and counts them. */
export class RevivalCosts {
  readonly #allowance: MessageAllowance;
  /** By tag, how many came in the last message that had any: counting starts again without clearing anything. */
  readonly #counts = new Map<string, { message: number; count: number }>();

  constructor(allowance: MessageAllowance) {
    this.#allowance = allowance;
  }

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` when the message may not have this one as well. */
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

  /** The same for a description of members that came with a value. */
  chargeNames(count: number): void {
    this.#allowance.charge(count * NAME_BYTES);
  }
}
