/**
 * The URL of the bundle that contains the library and a program; `undefined` when the library runs from its own files.
 *
 * The build for bundlers uses `found-bundle.ts` in place of this file.
 */
export const bundle: string | undefined = undefined;

/** Whether the bundle is a single executable: Node itself with the program inside. */
export const isExecutable: boolean = false;

/** Returns the URL of the file that called a function of the library, in a bundled program. */
export function callerOf(_callee: (...args: never[]) => unknown): string | undefined {
  return undefined;
}
