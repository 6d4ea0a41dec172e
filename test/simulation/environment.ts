/**
 * Replaces `core/seam/environment.ts` in the testing build, where the whole core is one function with the parameter `environment`: each
 * simulated process calls it with its own.
 */
import type { CoreEnvironment } from './host-environment.ts';

declare const environment: CoreEnvironment;

export let setTimeout: CoreEnvironment['setTimeout'] = environment.setTimeout;
export let clearTimeout: CoreEnvironment['clearTimeout'] = environment.clearTimeout;
export let setInterval: CoreEnvironment['setInterval'] = environment.setInterval;
export let clearInterval: CoreEnvironment['clearInterval'] = environment.clearInterval;
export let setImmediate: CoreEnvironment['setImmediate'] = environment.setImmediate;
export let queueMicrotask: CoreEnvironment['queueMicrotask'] = environment.queueMicrotask;
export let delay: CoreEnvironment['delay'] = environment.delay;
export let abortAfter: CoreEnvironment['abortAfter'] = environment.abortAfter;
export let importModule: CoreEnvironment['importModule'] = environment.importModule;
export let performance: CoreEnvironment['performance'] = environment.performance;
export let wallMs: CoreEnvironment['wallMs'] = environment.wallMs;
export let random: CoreEnvironment['random'] = environment.random;
export let randomBytes: CoreEnvironment['randomBytes'] = environment.randomBytes;
export let randomInt: CoreEnvironment['randomInt'] = environment.randomInt;
export let process: CoreEnvironment['process'] = environment.process;
export let FinalizationRegistry: CoreEnvironment['FinalizationRegistry'] = environment.FinalizationRegistry;
export let WeakRef: CoreEnvironment['WeakRef'] = environment.WeakRef;

/** From now on, the core belongs to another simulated process. */
export function changeEnvironment(next: CoreEnvironment): void {
  ({
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
    wallMs,
    random,
    randomBytes,
    randomInt,
    process,
    FinalizationRegistry,
    WeakRef,
  } = next);
}
