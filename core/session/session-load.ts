/** What hangs on a session at a moment. */
export interface SessionLoad {
  /** Calls of this end that were not answered yet. */
  readonly calls: number;
  /** Those of them that wait to be sent. */
  readonly waiting: number;
  /** Calls of the peer that were not answered yet. */
  readonly running: number;
  /** Whether one of these is work that a process does before it ends. */
  readonly working: boolean;
  /** Objects of the peer that this process has a proxy of. */
  readonly imports: number;
  /** References that the peer holds. */
  readonly exports: number;
  /** Bytes that wait to be sent. */
  readonly bytesQueued: number;
  /** Bytes of the peer's calls that wait to be started. */
  readonly bytesWaiting: number;
  /** Bytes of a message of the peer that has not arrived whole. */
  readonly bytesReceiving: number;
}
