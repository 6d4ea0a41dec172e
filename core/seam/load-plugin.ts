import { closeSync, openSync } from 'node:fs';
import { UActorError } from './errors.ts';
import { systemErrorCode } from './system-errors.ts';
import { process } from './environment.ts';

/** The maximum number of files that a plug-in opens at a time while it loads, with its imports. */
const SPARE_DESCRIPTORS = 8;

/**
 * Imports a serializer or a transport on its first use.
 *
 * Node remembers a module that it could not read, and never tries again. A temporary lack of file descriptors would leave the
 * process without the plug-in for good, so it is checked before.
 *
 * @param fail - creates the error, given what went wrong, if that is known besides the cause
 * @throws the error of `fail`.
 */
export async function loadPlugin<T>(
  load: () => Promise<T>,
  fail: (what: string | undefined, cause: unknown) => Error,
): Promise<T> {
  try {
    demandDescriptors();
  } catch (error) {
    throw fail('this process has no file descriptors left; close some, or raise the limit (ulimit -n)', error);
  }
  try {
    return await load();
  } catch (error) {
    if (error instanceof UActorError) throw error;
    throw fail(missingPackage(error), error);
  }
}

/** Returns the advice for a package that is not installed; Node names it only in its message. */
function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) return undefined;
  const name = /^Cannot find package '((?:@[^/']+\/)?[^/']+)/.exec(error.message)?.[1];
  return name === undefined
    ? undefined
    : `the package ${name} is not installed here. Install it (npm install ${name}), or choose another one`;
}

/** @throws the operating system's error, `EMFILE` or `ENFILE`. */
function demandDescriptors(): void {
  const opened: number[] = [];
  try {
    while (opened.length < SPARE_DESCRIPTORS) opened.push(openSync(process.execPath, 'r'));
  } catch (error) {
    // Node's permission model may forbid this file.
    if (systemErrorCode(error) !== 'ERR_ACCESS_DENIED') throw error;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}
