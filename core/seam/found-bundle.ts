import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { process } from './environment.ts';

/** What `bundle.ts` exports, in a program that a bundler has made. */
export const isExecutable: boolean = process.getBuiltinModule('node:sea')?.isSea() ?? false;

/**
 * `import.meta.url` is not it: bundlers leave it out of CommonJS, or write the path of the source on the machine of the build there.
 * V8 knows which file it runs. A bundler may also wrap each module in an `eval` with a name of its own; then a frame below is the file's.
 */
export const bundle: string | undefined = isExecutable ? pathToFileURL(process.execPath).href : runningFile();

/** The URL of the file that called a function of the library. */
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
