import type { Broker, Clock, ConnectionSettings, Hold } from './broker.ts';
import type { PeerWindows } from './peer-window.ts';

/** This process's way to the brokers of one cluster, and what all of its connections share. */
export interface Link {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly hold: Hold;
  readonly settings: ConnectionSettings;
  readonly peers: PeerWindows;
  /** What the process is called towards others, 22 characters; a window belongs to a process. */
  readonly process: string;
  /** Whether the bytes of connections go through TLS with the authkey. */
  readonly secured: boolean;
}
