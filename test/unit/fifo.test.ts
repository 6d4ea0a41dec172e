import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from '../../core/objects/fifo.ts';

const item = fc.record({ n: fc.nat() });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ push: item }) },
  { weight: 4, arbitrary: fc.record({ shift: fc.integer({ min: 1, max: 2_000 }) }) },
  { weight: 1, arbitrary: fc.record({ putBack: fc.array(item, { maxLength: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ fill: fc.integer({ min: 1, max: 3_000 }) }) },
);

test('a Fifo behaves like an array, whatever the operations', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const fifo = new Fifo<{ n: number }>();
      let model: { n: number }[] = [];
      const push = (pushed: { n: number }): void => {
        fifo.push(pushed);
        model.push(pushed);
      };
      for (const each of steps) {
        if ('push' in each) push(each.push);
        else if ('fill' in each) for (let n = 0; n < each.fill; n++) push({ n });
        else if ('shift' in each) for (let n = 0; n < each.shift; n++) expect(fifo.shift()).toBe(model.shift());
        else {
          fifo.putBack(each.putBack);
          model = [...each.putBack, ...model];
        }
        expect(fifo.length).toBe(model.length);
      }
      expect([...fifo]).toEqual(model);
    }),
    { numRuns: 30 },
  );
});
