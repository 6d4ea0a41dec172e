import type { InboundCalls } from './inbound-calls.ts';
import type { OutboundCalls } from './outbound-calls.ts';

/** What waits on both sides of a session takes turns, so that neither takes all the room there ever is. */
export class Turns {
  /** Who writes first when there is room again. */
  #inboundFirst = true;

  /** There is room again. Returns whether something waits still. */
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
