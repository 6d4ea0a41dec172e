import { UActorError } from '../seam/errors.ts';

/** The task that a worker of a pool is running, from {@link currentTask}. */
export interface CurrentTask {
  /**
   * Sends a value to the `onProgress` of the task's caller. Has no effect after the task has ended.
   *
   * @throws {@link SerializerError} for a value that cannot be sent.
   */
  report(value: unknown): void;
}

const running: { task: CurrentTask | undefined } = { task: undefined };

/**
 * Returns the task that runs in this worker of a `Pool`. Workers run one task at a time, so it is available until the task has
 * ended.
 *
 * @throws {@link UActorError} `INVALID_STATE` if no task of a pool is running.
 * @example
 * export function resize(files: readonly string[]): number {
 *   for (const file of files) currentTask().report(`resized ${file}`);
 *   return files.length;
 * }
 */
export function currentTask(): CurrentTask {
  if (running.task) return running.task;
  throw new UActorError(
    "currentTask() only works while a Pool's worker runs a function of its module; in a bundle, the module must share the " +
      "worker's copy of uactor (docs/bundling.md)",
  );
}

/** Runs a task. Its progress goes to `report`. */
export async function runTask(report: (value: unknown) => void, body: () => unknown): Promise<unknown> {
  const task: CurrentTask = {
    report: (value) => {
      if (running.task === task) report(value);
    },
  };
  running.task = task;
  try {
    return await body();
  } finally {
    running.task = undefined;
  }
}
