import { UActorError } from '../seam/errors.ts';

/** The task that a worker of a pool is running, from {@link currentTask}. */
export interface CurrentTask {
  /**
   * Sends a value to the `onProgress` of whoever asked for the task. Nothing happens once the task has ended.
   *
   * @throws {@link SerializerError} for what cannot be sent.
   */
  report(value: unknown): void;
}

const running: { task: CurrentTask | undefined } = { task: undefined };

/**
 * The task that runs in this worker of a `Pool`: workers run one at a time, so it is known until the task has ended.
 *
 * @throws {@link UActorError} `INVALID_STATE` where no task of a pool runs.
 * @example
 * export function resize(files: readonly string[]): number {
 *   for (const file of files) currentTask().report(`resized ${file}`);
 *   return files.length;
 * }
 */
export function currentTask(): CurrentTask {
  if (running.task) return running.task;
  throw new UActorError("currentTask() is only known while a worker of a Pool runs one of its module's functions");
}

/** Runs a task, which says by `report` how far it is. */
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
