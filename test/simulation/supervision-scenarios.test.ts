import { expect, test } from 'vitest';
import { groupScenarios } from './group-scenarios.ts';
import { supervisionScenarios } from './supervision-scenarios.ts';
import { runSupervision } from './supervision-scene.ts';
import { World } from './world.ts';

for (const [name, scenario] of Object.entries({ ...supervisionScenarios, ...groupScenarios })) {
  test(name, async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const world = new World({ seed });
      await runSupervision(world, scenario).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}\n${world.trace.slice(-40).join('\n')}`, { cause: error });
      });
      expect(world.crashes, `seed ${seed}`).toEqual([]);
      expect(world.unhandled, `seed ${seed}`).toEqual([]);
    }
  });
}
