import { expect, test } from 'vitest';
import { runProgram } from './interpreter.ts';
import { programOf } from './program.ts';
import { runScenario, scenarios } from './scenarios.ts';
import { VIOLATIONS } from './violations.ts';
import { weakenedCore } from './weakened-core.ts';
import { World } from './world.ts';

for (const [index, { name, scenario, edits, seeds, notices }] of VIOLATIONS.entries()) {
  test(`the simulation notices ${name}`, { timeout: 120_000 }, async () => {
    const core = await weakenedCore(`violation-${index}`, edits);
    const run = scenarios[scenario];
    if (run === undefined) throw new Error(`there is no scenario ${scenario}`);
    for (const seed of [1, 2, 3]) {
      const world = new World({ seed, core });
      await expect(runScenario(world, run), `seed ${seed}`).rejects.toThrow(/broken promise|has not come/);
    }
  });

  test(`a random program notices ${name}`, { timeout: 300_000 }, async () => {
    const core = await weakenedCore(`violation-${index}`, edits);
    const found: string[] = [];
    // The course of a program depends on the whole core, so a change of the core may require another seed.
    for (const seed of seeds) {
      const { violations } = await runProgram(programOf(seed), { core });
      found.push(...violations);
      if (!violations.some((violation) => notices.test(violation))) continue;
      expect((await runProgram(programOf(seed))).violations, 'without the fault').toEqual([]);
      return;
    }
    expect.fail(`none of the seeds ${seeds.join(', ')} notices it; they found: ${found.join('; ')}`);
  });
}
