/** A possible event of a model. */
export interface Step {
  /** The name in the message of a failure. */
  readonly name: string;
  readonly run: () => unknown;
}

/** A small state machine that is tested with every order of its events. It is created anew for each order. */
export interface Model {
  /** Returns the possible events, in an order that depends only on earlier events. Empty when the run is over. */
  steps(): readonly Step[];
  /** Throws when an invariant is broken. Called after each step, when no microtask is left. */
  check?(): void;
  /** Throws when the state at the end of a run is wrong. */
  end?(): void | Promise<void>;
}

/** The tested orders. */
export interface Coverage {
  readonly runs: number;
  readonly steps: number;
  /** How often each step was taken, by name. */
  readonly taken: ReadonlyMap<string, number>;
}

/**
 * Runs a model through every order of its steps, each in its own turn: the microtasks and ticks that a step causes run before the next
 * step.
 *
 * @param make - Creates the model, in the same way each time.
 * @param maxRuns - The maximum number of orders; more are an error, because the model is too large. Default 100,000.
 * @throws the error of `check` or `end`, with the order of steps that led to it.
 * @example
 * await everyInterleaving(() => new SlotModel());
 */
export async function everyInterleaving(make: () => Model | Promise<Model>, maxRuns = 100_000): Promise<Coverage> {
  const taken = new Map<string, number>();
  let [runs, steps] = [0, 0];
  /** For each step of the previous run: the index of the choice, and the number of choices. */
  let path: { choice: number; of: number }[] = [];
  do {
    if (runs >= maxRuns) throw new Error(`the model has more than ${maxRuns} orders`);
    const names: string[] = [];
    try {
      const model = await make();
      for (let depth = 0; ; depth++) {
        const enabled = model.steps();
        if (enabled.length === 0) break;
        const known = path[depth];
        if (known === undefined) path.push({ choice: 0, of: enabled.length });
        else if (known.of !== enabled.length) throw new Error('the model does not repeat itself');
        const step = enabled[known?.choice ?? 0];
        if (step === undefined) throw new Error('the model does not repeat itself');
        names.push(step.name);
        taken.set(step.name, (taken.get(step.name) ?? 0) + 1);
        steps++;
        await step.run();
        await drained();
        model.check?.();
      }
      await model.end?.();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`after the steps ${names.join(', ')}: ${why}`, { cause: error });
    }
    runs++;
    path = following(path);
  } while (path.length > 0);
  return { runs, steps, taken };
}

/** Returns the next path: the last step that has another choice takes it; empty when there is none. */
function following(
  path: readonly { readonly choice: number; readonly of: number }[],
): { choice: number; of: number }[] {
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const step = path[depth];
    if (step === undefined || step.choice + 1 >= step.of) continue;
    return [...path.slice(0, depth), { choice: step.choice + 1, of: step.of }];
  }
  return [];
}

/** Node runs `setImmediate` when no tick and no microtask is left. */
function drained(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
