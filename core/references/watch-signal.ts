import { type Finalizer, whenCollected } from './finalizers.ts';
import { dropNow, Share } from './reference.ts';
import { OPERATION_WAIT } from './signal-source.ts';
import type { RemoteReference } from './remote-reference.ts';
import { WeakRef } from '../seam/environment.ts';

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
