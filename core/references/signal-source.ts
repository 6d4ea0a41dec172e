import { onAbort } from './abort-listeners.ts';
import { currentCall } from './current-call.ts';
import type { LocalExposure } from './exposure.ts';

/** The exposure of an AbortSignal. */
export const SIGNAL_EXPOSURE: LocalExposure = Object.freeze({
  typeid: 'AbortSignal',
  methods: Object.freeze(['wait']),
  properties: Object.freeze([]),
  methodToTypeid: Object.freeze({}),
  waits: true,
});

/** The operation {@link SignalSource.wait}. */
export const OPERATION_WAIT = 0;

const sources = new WeakMap<AbortSignal, SignalSource>();

/** An AbortSignal of this process that another process watches. */
export class SignalSource {
  readonly #signal: AbortSignal;

  private constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Returns the source of `signal`; always the same one. */
  static of(signal: AbortSignal): SignalSource {
    let source = sources.get(signal);
    if (source === undefined) {
      source = new SignalSource(signal);
      sources.set(signal, source);
    }
    return source;
  }

  /** Resolves to the reason when the signal aborts, or to `undefined` when the watcher is no longer interested. */
  wait(): Promise<unknown> {
    const signal = this.#signal;
    const { signal: watcherGone } = currentCall();
    return new Promise((resolve) => {
      const done = (): void => {
        leave();
        watcherGone.removeEventListener('abort', done);
        resolve(signal.aborted ? signal.reason : undefined);
      };
      const leave = onAbort(signal, done);
      watcherGone.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }
}
