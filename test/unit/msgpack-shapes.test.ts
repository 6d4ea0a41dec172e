import { expect, test } from 'vitest';
import { Budget, UNSURE_BYTES, unsureBytes } from '../../core/seam/codec/budget.ts';
import { faults, KnownShapes, FIRST_RECORD } from '../../serializers/msgpack/format.ts';
import { GENERATES_CODE } from '../support/code-generation.ts';

const extensions = { replace: () => undefined, revive: () => undefined };

/** More objects of a shape than it takes until code is generated for it. */
const USES = 40;

function scene(): { shapes: KnownShapes; budget: Budget; use(name: string, keys: number): boolean } {
  const shapes = new KnownShapes();
  const budget = new Budget({ extensions, maxDepth: 10, maxNodes: 1e9, charge: () => {} }, faults);
  return {
    shapes,
    budget,
    /** Reads objects of a new shape; whether there is code for them then. */
    use(name, keys) {
      const shape = shapes.define(
        FIRST_RECORD,
        Array.from({ length: keys }, (_, index) => `${name}_${index}`),
      );
      for (let uses = 0; uses < USES && shape.construct === undefined; uses++) shapes.used(shape, budget);
      return shape.construct !== undefined;
    },
  };
}

test('H85 a message gets code only for as many shapes as it can afford the first objects of', () => {
  const { budget, use } = scene();
  const keys = 100;
  // V8 creates eight objects of a new literal one by one.
  const affordable = Math.floor(UNSURE_BYTES / (8 * unsureBytes(keys)));
  for (let message = 0; message < 3; message++) {
    budget.begin(1_000_000);
    const compiled = Array.from({ length: 20 }, (_, index) => use(`m${message}_${index}`, keys));
    expect(compiled.filter(Boolean)).toHaveLength(GENERATES_CODE ? affordable : 0);
  }
});

test('H85 a peer cannot have code generated for more than 256 shapes of a connection', () => {
  const { budget, use } = scene();
  const compiled = Array.from({ length: 400 }, (_, index) => {
    budget.begin(1_000_000);
    return use(`s${index}`, 2);
  });
  expect(compiled.filter(Boolean)).toHaveLength(GENERATES_CODE ? 256 : 0);
});
