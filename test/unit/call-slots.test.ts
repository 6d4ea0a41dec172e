import { describe, expect, test } from 'vitest';
import { CallSlots, SLOT_STEPS, type SlotState, type SlotStep } from '../../core/session/outbound-call.ts';

const STATES: readonly SlotState[] = ['waiting', 'sent', 'answered', 'given up', 'closed'];
const STEPS: readonly SlotStep[] = ['send', 'refuse', 'reply', 'reply with claims', 'claimed', 'give up', 'end'];

/** The steps that bring a call into each state. */
const WAYS: Record<SlotState, readonly SlotStep[]> = {
  waiting: [],
  sent: ['send'],
  answered: ['send', 'reply with claims'],
  'given up': ['send', 'give up'],
  closed: ['send', 'reply'],
};

function slotIn(state: SlotState): { readonly slots: CallSlots<object>; readonly call: number } {
  const slots = new CallSlots<object>();
  const call = slots.open(() => undefined, undefined);
  for (const step of WAYS[state]) expect(slots.step(call, step)).not.toBe(false);
  expect(slots.state(call)).toBe(state);
  return { slots, call };
}

describe("a call's slot", () => {
  const edges = STATES.flatMap((from) => STEPS.map((step) => [from, step, SLOT_STEPS[from][step]] as const));

  test.each(edges)('F52 from %s, %s leads to %s only', (from, step, to) => {
    const { slots, call } = slotIn(from);
    const settle = slots.step(call, step);
    if (to === undefined) expect(settle).toBe(false);
    expect(slots.state(call)).toBe(to ?? from);
    expect(slots.size).toBe(slots.state(call) === 'closed' ? 0 : 1);
    expect(slots.inFlight).toBe(['sent', 'given up'].includes(slots.state(call)) ? 1 : 0);
  });

  test('F52 in all interleavings of two calls each call settles once, and a number is reused only after it is closed', () => {
    let walks = 0;
    const walk = (path: readonly (readonly [number, SlotStep])[], depth: number): void => {
      walks++;
      replay(path);
      if (depth === 0) return;
      for (const which of [0, 1]) for (const step of STEPS) walk([...path, [which, step]], depth - 1);
    };
    walk([], 4);
    expect(walks).toBeGreaterThan(40_000);
  });
});

/** Takes the steps with two calls, each opened again after it was closed, and checks every rule after each step. */
function replay(path: readonly (readonly [number, SlotStep])[]): void {
  const slots = new CallSlots<object>();
  const settled: number[] = [];
  let opened = 0;
  const open = (): { readonly call: number; readonly id: number } => {
    const id = opened++;
    return { call: slots.open(() => settled.push(id), undefined), id };
  };
  const calls = [open(), open()];
  for (const [which, step] of path) {
    const mine = calls[which];
    const other = calls[1 - which];
    if (mine === undefined || other === undefined) throw new Error('there are two calls');
    const from = slots.state(mine.call);
    const before = slots.state(other.call);
    const settle = slots.step(mine.call, step);
    if (settle) settle(undefined);
    if (slots.state(other.call) !== before) throw new Error('a step touched another call');
    if (slots.state(mine.call) === 'closed' && from !== 'closed') {
      if (settled.filter((id) => id === mine.id).length !== 1) throw new Error('not settled exactly once');
      calls[which] = open();
      if (calls[which].call === other.call) throw new Error('a number is used by two calls');
    }
  }
  if (new Set(settled).size !== settled.length) throw new Error('a call was settled twice');
}
