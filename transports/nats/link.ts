import { BrokerConnection, type BrokerConnectionOptions } from './broker-connection.ts';
import type { Broker, Clock, ConnectionSettings, Hold } from './broker.ts';
import type { PeerWindows } from './peer-window.ts';

/** This process's connection to the brokers of one cluster, with everything that its connections share. */
export interface Link {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly hold: Hold;
  readonly settings: ConnectionSettings;
  readonly peers: PeerWindows;
  /** The process's name for its peers, 22 characters; windows are counted per process. */
  readonly process: string;
  /** Whether the bytes of connections go through TLS with the authkey. */
  readonly secured: boolean;
}

/** Creates a connection to another process over a link. It counts in that process's window until it is forgotten. */
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
