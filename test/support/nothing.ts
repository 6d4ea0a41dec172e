import type { Stats } from 'uactor';

/** The counts of an idle process. */
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
