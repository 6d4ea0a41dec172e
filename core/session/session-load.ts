/** A snapshot of a session's calls, references and buffers. */
export interface SessionLoad {
  /** Calls of this end without a reply. */
  readonly calls: number;
  /** Those of them that wait to be sent. */
  readonly waiting: number;
  /** Calls of the peer without a reply. */
  readonly running: number;
  /** Whether one of these is work that an ending process finishes. */
  readonly working: boolean;
  /** Objects of the peer for which this process has a proxy. */
  readonly imports: number;
  /** References that the peer holds. */
  readonly exports: number;
  /** Bytes that wait to be sent. */
  readonly bytesQueued: number;
  /** Bytes of the peer's calls that wait to start. */
  readonly bytesWaiting: number;
  /** Bytes of a peer's message that is incomplete. */
  readonly bytesReceiving: number;
}
