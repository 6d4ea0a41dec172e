import { onAbort } from './abort-listeners.ts';
import { currentCall } from './current-call.ts';
import type { LocalExposure } from './exposure.ts';
import { type Finalizer, whenCollected, dropNow, Share, type RemoteReference } from './reference.ts';
import { WeakRef } from '../seam/environment.ts';

/** The exposure of an AbortSignal. */
export const SIGNAL_EXPOSURE: LocalExposure = Object.freeze({
  typeid: 'AbortSignal',
  methods: Object.freeze(['wait']),
  properties: Object.freeze([]),
  methodToTypeid: Object.freeze({}),
  waits: true,
});

/** The operation {@link SignalSource.wait}. */
const OPERATION_WAIT = 0;

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

/** Ends the watch when the local signal was collected, so that neither side keeps an unused signal. */
class Watch implements Finalizer {
  readonly lostInterest: AbortController = new AbortController();
  readonly #share: Share;

  constructor(reference: RemoteReference) {
    this.#share = new Share(reference);
  }

  collected(): void {
    this.stop();
  }

  stop(): void {
    this.lostInterest.abort();
    dropNow(this.#share);
  }
}

/**
 * Returns a signal that aborts when the one in another process does, as long as this process holds it. It also aborts when that
 * process is gone.
 */
export function watchSignal(reference: RemoteReference): AbortSignal {
  const controller = new AbortController();
  const watch = new Watch(reference);
  whenCollected(controller.signal, watch);
  void followUntilAborted(reference, watch, new WeakRef(controller));
  return keepController(controller);
}

async function followUntilAborted(
  reference: RemoteReference,
  watch: Watch,
  controller: WeakRef<AbortController>,
): Promise<void> {
  try {
    const reason = await reference.session.callInBackground(reference, OPERATION_WAIT, watch.lostInterest.signal);
    controller.deref()?.abort(reason);
  } catch (error) {
    if (!watch.lostInterest.signal.aborted) controller.deref()?.abort(error);
  }
  watch.stop();
}

const controllers = new WeakMap<AbortSignal, AbortController>();

/** Makes the signal keep its controller alive, because users keep only the signal. */
function keepController(controller: AbortController): AbortSignal {
  controllers.set(controller.signal, controller);
  return controller.signal;
}
