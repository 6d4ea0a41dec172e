import { describe, expect, test } from 'vitest';
import type { Transport } from '../../core/seam/transport.ts';
import { dice } from '../../scripts/dice.mjs';
import { listen } from '../../transports/nats/accept-inbox.ts';
import { dial } from '../../transports/nats/dialer.ts';
import { transportConformance } from '../conformance/transport-suite.ts';
import { RealTimeWorld } from '../support/memory-broker.ts';

/** The protocol of the transport over a broker in memory; `npm run test:cluster` has real ones. */
const link = new RealTimeWorld(dice(1)).link('this process');
const transport: Transport = {
  scheme: 'nats',
  listen: async (address, accept) => await listen(link, address, accept),
  connect: async (address, { signal }) => await dial(link, address, signal),
};

let number = 0;
transportConformance({ describe, expect, test }, { transport, address: () => `nats://memory/conformance/${++number}` });
