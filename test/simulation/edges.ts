import { RECONNECT_EDGES } from '../../core/references/reconnect.ts';
import { SLOT_STEPS } from '../../core/session/outbound-call.ts';
import { SESSION_STEPS } from '../../core/session/session-life.ts';

/** The core's state machines whose edges are named by events. */
const TABLES: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  call: SLOT_STEPS,
  reconnect: RECONNECT_EDGES,
};

/** Returns the names of all edges of the core's state machines: `session: open → ending`, `call: sent, reply`. */
export function edgeNames(): readonly string[] {
  const names = Object.entries(SESSION_STEPS).flatMap(([from, steps]) => steps.map((to) => sessionEdge(from, to)));
  for (const [machine, table] of Object.entries(TABLES)) {
    for (const [from, steps] of Object.entries(table)) {
      names.push(...Object.keys(steps).map((step) => `${machine}: ${from}, ${step}`));
    }
  }
  return names;
}

function sessionEdge(from: string, to: string): string {
  return `session: ${from} → ${to}`;
}

/** Calls `took` for every edge that a state machine of this core takes. The core looks each one up in its table. */
export function watchEdges(took: (edge: string) => void): void {
  for (const [from, steps] of Object.entries(SESSION_STEPS)) {
    const includes = (to: string): boolean => {
      const legal = steps.some((each) => each === to);
      if (legal) took(sessionEdge(from, to));
      return legal;
    };
    Object.defineProperty(steps, 'includes', { value: includes });
  }
  for (const [machine, table] of Object.entries(TABLES)) {
    for (const [from, steps] of Object.entries(table)) {
      for (const [step, to] of Object.entries(steps)) {
        const get = (): unknown => (took(`${machine}: ${from}, ${step}`), to);
        Object.defineProperty(steps, step, { get, enumerable: true });
      }
    }
  }
}
