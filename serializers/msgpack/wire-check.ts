import { faults } from './faults.ts';
import { LEVELS_IN_PLACE } from './levels.ts';
import { FIRST_RECORD, LEAF, NEVER, PREFIX, TokenHeaders } from './token-headers.ts';
import type { Records } from './records.ts';

/** What stands in {@link FOLLOWING} where more than the token decides. */
const OTHER = -1;
/** How many bytes follow each token from 0xc0 to 0xd3, all of which are leaves. */
const FOLLOWING: readonly number[] = [
  0,
  OTHER,
  0,
  0,
  OTHER,
  OTHER,
  OTHER,
  OTHER,
  OTHER,
  OTHER,
  4,
  8,
  1,
  2,
  4,
  8,
  1,
  2,
  4,
  8,
];

/** A message that is deeper than this was not written by a codec, and is not read on for its definitions. */
const HOPELESS_DEPTH = LEVELS_IN_PLACE * 2;

/** What is announced about the message to check. */
export interface Announced {
  /** Whether marked values may be among it. */
  readonly marked: boolean;
  /** How many more levels than the value has it may take. */
  readonly levels: number;
}

/**
 * Walks the bytes of a message before msgpackr reads them, without making anything of them: levels, values, lengths, the
 * types of extensions, definitions of records. Whatever passes costs msgpackr no more than its size promises.
 */
export class WireCheck {
  readonly #records: Records;
  readonly #rare: TokenHeaders;
  readonly #maxDepth: number;
  readonly #maxNodes: number;
  /** How many values are due on each level above the present one. */
  readonly #due: number[] = [];

  constructor(records: Records, maxDepth: number, maxNodes: number) {
    this.#records = records;
    this.#rare = new TokenHeaders(records);
    this.#maxDepth = Math.min(maxDepth, LEVELS_IN_PLACE);
    this.#maxNodes = maxNodes;
  }

  /**
   * Checks one value, which takes everything from `start` to the end of `bytes`.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD`
   */
  check(bytes: Buffer, start: number, announced: Announced): void {
    this.#rare.begin(bytes, announced.marked);
    const fault = this.#walk(bytes, start, this.#maxDepth + announced.levels);
    if (fault === undefined) return;
    // The limits of the two ends may differ: what the message teaches is needed for the next ones all the same.
    this.#rare.install();
    throw faults.invalidPayload(fault);
  }

  /** The limit that the message exceeds, if it does. */
  #walk(bytes: Buffer, start: number, maxDepth: number): string | undefined {
    const { length } = bytes;
    let at = start;
    let due = 1;
    let level = 0;
    let deepest = 0;
    let nodes = 1;
    for (;;) {
      if (due === 0) {
        if (level === 0) break;
        due = this.#due[--level] ?? 0;
        continue;
      }
      due--;
      const token = bytes[at++] ?? NEVER;
      let members: number;
      if (token < FIRST_RECORD || token >= 0xe0) continue;
      if (token >= 0xa0 && token < 0xc0) {
        at += token & 0x1f;
        continue;
      }
      if (token < 0x80) members = this.#records.size(token);
      else if (token < 0x90) members = (token & 0x0f) * 2;
      else if (token < 0xa0) members = token & 0x0f;
      else {
        const following = FOLLOWING[token - 0xc0] ?? OTHER;
        if (following !== OTHER) {
          at += following;
          continue;
        }
        members = this.#rare.members(token, at);
        at = this.#rare.at;
        if (members === LEAF) continue;
        if (members === PREFIX) {
          due++;
          nodes++;
          continue;
        }
      }
      if (members < 0) throw faults.invalidPayload('a record has no definition');
      if (members > length - at) throw faults.invalidPayload('it ends too early');
      nodes += members;
      this.#due[level++] = due;
      due = members;
      if (level > deepest) deepest = level;
      if (level > HOPELESS_DEPTH) break;
    }
    if (deepest > maxDepth) return 'it is nested too deep (limits.maxDepth)';
    if (at !== length) throw faults.invalidPayload(at > length ? 'it ends too early' : 'something follows the value');
    return nodes + this.#rare.nodes > this.#maxNodes
      ? `it holds more than ${this.#maxNodes} values (limits.maxNodes)`
      : undefined;
  }
}
