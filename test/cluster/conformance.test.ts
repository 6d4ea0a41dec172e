import { transportConformance } from 'uactor/conformance';
import { nats } from 'uactor/transports/nats';
import { describe, expect, inject, test } from 'vitest';
import '../support/leaks.ts';
import './brokers.ts';

let number = 0;
for (const [release, servers] of Object.entries(inject('brokers'))) {
  for (const encryption of [true, false]) {
    const cluster = `${release}-${encryption ? 'tls' : 'plain'}`;
    const address = (): string => `nats://${cluster}/conformance/${++number}`;
    const options = { servers, encryption };
    describe(`U56 nats-server of ${release}, ${encryption ? 'with' : 'without'} encryption`, () => {
      transportConformance({ describe, expect, test }, { transport: nats, address, options });
    });
  }
}
