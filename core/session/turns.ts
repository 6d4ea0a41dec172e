import type { InboundCalls } from './inbound-calls.ts';
import type { OutboundCalls } from './outbound-calls.ts';

/** Alternates between waiting calls and waiting replies, so that neither uses all the room. */
export class Turns {
  /** Whether replies are written first the next time there is room. */
  #inboundFirst = true;

  /** Called when there is room. Returns whether anything still waits. */
  useRoom(
    inbound: Pick<InboundCalls, 'waits' | 'drained'>,
    outbound: Pick<OutboundCalls, 'waiting' | 'sendWaiting'>,
  ): boolean {
    const inboundFirst = this.#inboundFirst;
    this.#inboundFirst = !inboundFirst;
    if (inboundFirst) inbound.drained();
    outbound.sendWaiting();
    if (!inboundFirst) inbound.drained();
    return outbound.waiting > 0 || inbound.waits;
  }
}
