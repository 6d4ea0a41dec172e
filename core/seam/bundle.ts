/**
 * The URL of the file into which a bundler has joined the library with a program; `undefined` when the library runs from its own files.
 *
 * The build for bundlers reads `found-bundle.ts` instead of this file.
 */
export const bundle: string | undefined = undefined;

/** Whether that file is a single executable: Node itself with the program inside. */
export const isExecutable: boolean = false;

/** The URL of the file that called a function of the library, in a bundled program. */
export function callerOf(_callee: (...args: never[]) => unknown): string | undefined {
  return undefined;
}
