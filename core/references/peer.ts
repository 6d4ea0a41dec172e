/** Who is at the other end of a session. */
export interface Peer {
  /** The identity of the process: 32 hexadecimal digits, new with every start. */
  readonly instance: string;
  /** Where it was reached; `undefined` when it came to us. */
  readonly address: string | undefined;
  /** Where third processes can reach it, best first; empty when nowhere. */
  readonly endpoints: readonly string[];
}
