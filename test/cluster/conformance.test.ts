import { transportConformance } from 'uactor/conformance';
import { nats } from 'uactor/transports/nats';
import { describe, expect, inject, test } from 'vitest';
import '../support/leaks.ts';
import './brokers.ts';

for (const [release, servers] of Object.entries(inject('brokers'))) {
  describe(`U56 nats-server of ${release}`, () => {
    let number = 0;
    const address = (): string => `nats://${release}/conformance/${++number}`;
    transportConformance({ describe, expect, test }, { transport: nats, address, options: { servers } });
  });
}
