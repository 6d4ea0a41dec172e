/** The process at the other end of a session. */
export interface Peer {
  /** The identity of the process: 32 hexadecimal digits, new with every start. */
  readonly instance: string;
  /** The address at which it was reached; `undefined` if it connected to this process. */
  readonly address: string | undefined;
  /** The addresses at which third processes can reach it, best first; empty if there are none. */
  readonly endpoints: readonly string[];
}
