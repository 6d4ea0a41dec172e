/**
 * Stands for `core/seam/environment.ts` in the testing build, where the whole core is one function with the parameter
 * `environment`: each simulated process calls it with its own.
 */
import type { CoreEnvironment } from './host-environment.ts';

declare const environment: CoreEnvironment;

export const {
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  queueMicrotask,
  delay,
  abortAfter,
  importModule,
  performance,
  random,
  randomBytes,
  randomInt,
  process,
  FinalizationRegistry,
  WeakRef,
} = environment;
