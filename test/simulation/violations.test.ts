import { expect, test } from 'vitest';
import { runScenario, scenarios } from './scenarios.ts';
import { VIOLATIONS } from './violations.ts';
import { weakenedCore } from './weakened-core.ts';
import { World } from './world.ts';

for (const [index, { name, scenario, edits }] of VIOLATIONS.entries()) {
  test(`the simulation notices ${name}`, { timeout: 120_000 }, async () => {
    const core = await weakenedCore(`violation-${index}`, edits);
    const run = scenarios[scenario];
    if (run === undefined) throw new Error(`there is no scenario ${scenario}`);
    for (const seed of [1, 2, 3]) {
      const world = new World({ seed, core });
      await expect(runScenario(world, run), `seed ${seed}`).rejects.toThrow(/broken promise|has not come/);
    }
  });
}
