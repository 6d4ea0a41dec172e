import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { process } from './environment.ts';

/** The exports of `bundle.ts`, in a bundled program. */
export const isExecutable: boolean = process.getBuiltinModule('node:sea')?.isSea() ?? false;

/**
 * Not `import.meta.url`: bundlers omit it in CommonJS, or replace it with the source's path on the build machine. V8 knows the
 * running file. A bundler may also wrap each module in an `eval` with its own name; then a lower frame is the file's.
 */
export const bundle: string | undefined = isExecutable ? pathToFileURL(process.execPath).href : runningFile();

/** Returns the URL of the file that called a function of the library. */
export function callerOf(callee: (...args: never[]) => unknown): string | undefined {
  return isExecutable ? bundle : runningFile(callee);
}

function runningFile(callee?: (...args: never[]) => unknown): string | undefined {
  const formatted = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const holder: { stack?: unknown } = {};
  let stack: unknown;
  try {
    Error.prepareStackTrace = (_error, sites) => sites.map((site) => site.getFileName() ?? '').join('\n');
    Error.captureStackTrace(holder, callee);
    stack = holder.stack;
  } finally {
    if (formatted === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', formatted);
  }
  const files = typeof stack === 'string' ? stack.split('\n') : [];
  const file = files.find((name) => name.startsWith('file:') || isAbsolute(name)) ?? process.argv[1];
  return file === undefined || file.startsWith('file:') ? file : pathToFileURL(file).href;
}
