import { afterAll, describe, expect, test } from 'vitest';
import { transportConformance } from '../conformance/transport-suite.ts';
import { simTransport } from './sim-transport.ts';
import { World } from './world.ts';

for (const seed of [1, 2, 3]) {
  describe(`the simulated network with seed ${seed}`, () => {
    const world = new World({ seed, wire: { cutting: 0.2 * seed } });
    afterAll(world.passInRealTime());
    transportConformance({ describe, expect, test }, { transport: simTransport(world.network.accessFrom(undefined)) });
  });
}
