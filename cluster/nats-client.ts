import type * as JetStream from '@nats-io/jetstream';
import type * as Kv from '@nats-io/kv';
import type * as Transport from '@nats-io/transport-node';
import { TransportError } from '../plugin.ts';

/** The NATS packages that a cluster uses. */
export interface NatsPackages {
  readonly transport: typeof Transport;
  readonly jetstream: typeof JetStream;
  readonly kv: typeof Kv;
}

/** @throws {@link TransportError} when they are not installed. */
export async function loadNats(): Promise<NatsPackages> {
  try {
    const [transport, jetstream, kv] = await Promise.all([
      import('@nats-io/transport-node'),
      import('@nats-io/jetstream'),
      import('@nats-io/kv'),
    ]);
    return { transport, jetstream, kv };
  } catch (error) {
    throw new TransportError(
      'A cluster needs packages that are not installed here: npm install @nats-io/transport-node@~3.3.1 @nats-io/jetstream@~3.3.1 ' +
        '@nats-io/kv@~3.3.1',
      { cause: error },
    );
  }
}
