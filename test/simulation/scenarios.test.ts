import { expect, test } from 'vitest';
import { runScenario, scenarios } from './scenarios.ts';
import { World } from './world.ts';

for (const [name, scenario] of Object.entries(scenarios)) {
  for (const seed of [1, 2, 3]) {
    test(`${name}, seed ${seed}`, async () => {
      const world = new World({ seed });
      await runScenario(world, scenario);
      expect(world.crashes).toEqual([]);
      expect(world.unhandled).toEqual([]);
    });
  }
}
