import { dropNow, Hold } from './reference.ts';
import { OPERATION_WAIT } from './signal-source.ts';
import type { RemoteReference } from './remote-reference.ts';
import { FinalizationRegistry, WeakRef } from '../seam/environment.ts';

interface Watch {
  readonly hold: Hold;
  readonly lostInterest: AbortController;
}

/** Stops watching for signals that were collected, so that neither side keeps what nobody looks at. */
const collected = new FinalizationRegistry<Watch>(stop);

function stop({ hold, lostInterest }: Watch): void {
  lostInterest.abort();
  dropNow(hold);
}

/**
 * A signal that aborts when the one in another process does, for as long as somebody here has it. It aborts, too, when
 * that process is gone.
 */
export function watchSignal(reference: RemoteReference): AbortSignal {
  const controller = new AbortController();
  const watch = { hold: new Hold(reference), lostInterest: new AbortController() };
  collected.register(controller.signal, watch);
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
  stop(watch);
}

const controllers = new WeakMap<AbortSignal, AbortController>();

/** The signal alone is what users keep, so it has to keep its controller. */
function keepController(controller: AbortController): AbortSignal {
  controllers.set(controller.signal, controller);
  return controller.signal;
}
