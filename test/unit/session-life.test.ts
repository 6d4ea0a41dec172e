import { expect, test } from 'vitest';
import { SESSION_STEPS, SessionLife, type SessionState } from '../../core/session/session-life.ts';

const STATES: Record<SessionState['is'], SessionState> = {
  open: { is: 'open' },
  ending: { is: 'ending', farewell: { reason: 'idle' } },
  left: { is: 'left', farewell: { reason: 'idle' } },
  closed: { is: 'closed' },
  over: { is: 'over', cause: () => new Error('over') },
};

/** The steps that bring a session into each state. */
const WAYS: Record<SessionState['is'], readonly SessionState['is'][]> = {
  open: [],
  ending: ['ending'],
  left: ['left'],
  closed: ['closed'],
  over: ['closed', 'over'],
};

const NAMES = ['open', 'ending', 'left', 'closed', 'over'] as const;
const EDGES = NAMES.flatMap((from) => NAMES.map((to) => [from, to, SESSION_STEPS[from].includes(to)] as const));

test.each(EDGES)('F55 a session that is %s can become %s: %s', (from, to, legal) => {
  const life = new SessionLife();
  for (const step of WAYS[from]) expect(life.step(STATES[step])).toBe(true);
  expect(life.step(STATES[to])).toBe(legal);
  expect(life.state.is).toBe(legal ? to : from);
  expect(life.open).toBe(life.state.is === 'open');
});
