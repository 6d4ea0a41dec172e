import { BrokerConnection, type BrokerConnectionOptions } from './broker-connection.ts';
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

/** A connection to another process over a link, whose window it takes part in until it is forgotten. */
export function connectionOver(
  { broker, clock, hold, settings, peers }: Link,
  process: string,
  { peer, subjects, forgotten }: Pick<BrokerConnectionOptions, 'subjects' | 'forgotten'> & { readonly peer: string },
): BrokerConnection {
  return new BrokerConnection({
    broker,
    clock,
    hold,
    settings,
    peer: peers.acquire(process),
    info: { peer, local: false, encrypted: false, authenticated: false, resumes: true },
    subjects,
    forgotten: () => {
      peers.release(process);
      forgotten();
    },
  });
}
