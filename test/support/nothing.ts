import type { Stats } from 'uactor';

/** The figures of a process that holds nothing and has nothing under way. */
export const NOTHING: Stats = {
  objects: 0,
  references: 0,
  tickets: 0,
  imports: 0,
  sessions: 0,
  callsInFlight: 0,
  callsWaiting: 0,
  callsRunning: 0,
  bytesQueued: 0,
  bytesWaiting: 0,
  bytesReceiving: 0,
  holdings: 0,
  claimsWaiting: 0,
  sessionsAccepted: 0,
  handshakes: 0,
};
