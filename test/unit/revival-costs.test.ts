import { expect, test } from 'vitest';
import { Tag } from '../../core/references/exposure.ts';
import { grantedBytes, MessageAllowance } from '../../core/seam/codec/budget.ts';
import { revivedBytes } from '../../core/references/exposure.ts';
import { RevivalCosts } from '../../core/session/extension-reader.ts';
import { thrown } from '../support/failure.ts';

const MB = 1e6;

/** Charges for extensions of one kind until the message is rejected; returns their number, and the error's text. */
function rejected(costs: RevivalCosts, tag: string, most: number): { count: number; message: string } {
  let count = 0;
  const error = thrown(() => {
    for (; count <= most; count++) costs.charge({ tag, data: undefined });
  });
  return { count, message: error instanceof Error ? error.message : '' };
}

test.each([
  ['objects of the sender', Tag.OWN, 1_000_000],
  ['objects of the receiver', Tag.HOME, 1_000_000],
  ['methods', Tag.METHOD, 1_000_000],
  ['objects of third processes', Tag.FAR, 65_536],
  ['signals', Tag.SIGNAL, 16_384],
  ['errors', Tag.ERROR, 65_536],
])('H85 a message has a maximum number of %s, however long it is', (_, tag, most) => {
  const allowance = new MessageAllowance();
  const costs = new RevivalCosts(allowance);
  for (let message = 0; message < 2; message++) {
    allowance.begin(256 * MB);
    const affordable = Math.floor(grantedBytes(256 * MB) / revivedBytes(tag));
    const { count, message: text } = rejected(costs, tag, most);
    // A small heap cannot hold as many.
    expect(count).toBe(Math.min(most, affordable));
    expect(text).toMatch(
      affordable > most ? new RegExp(`more than ${most} values of the kind '${tag}'`) : 'more memory or time',
    );
    // Those of other kinds have counts of their own.
    allowance.begin(256 * MB);
    costs.charge({ tag: tag === Tag.ERROR ? Tag.OWN : Tag.ERROR, data: undefined });
  }
});

test('H85 a description of members is charged for each of its names', () => {
  const allowance = new MessageAllowance();
  const costs = new RevivalCosts(allowance);
  allowance.begin(0);
  const granted = grantedBytes(0);
  expect(() => costs.chargeNames(Math.floor(granted / 1_000))).not.toThrow();
  allowance.begin(0);
  expect(() => costs.chargeNames(Math.ceil(granted / 100))).toThrow('more memory or time');
});
