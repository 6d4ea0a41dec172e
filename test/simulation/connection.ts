import type { Connection, ConnectionInfo, Receiver } from '../../core/seam/transport.ts';
import type { Random } from './random.ts';
import type { Occurrence, Place, Scheduler } from './scheduler.ts';

/** How long the other end may take to close after one end has ended its direction, in milliseconds. */
const LINGER_MS = 5_000;

/** The behaviour of a simulated network. */
export interface WireOptions {
  /** The minimum and maximum time that a chunk is in transit, in milliseconds. Default 0.05 to 0.5. */
  readonly latencyMs?: readonly [number, number];
  /** The number of bytes that may be between two ends before the writer has to wait. Default 64 KiB. */
  readonly capacityBytes?: number;
  /** The probability that chunks are cut or joined, from 0 to 1. Default 0.2. */
  readonly cutting?: number;
}

/** The parts of the world that a connection uses. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
}

type Segment =
  | { readonly at: number; readonly bytes: Uint8Array }
  | { readonly at: number; readonly end: 'fin' | 'reset' };

/** Returns the error for a broken connection, like Node's. */
function resetError(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

/**
 * One end of a simulated connection. Each direction is first in, first out, takes time and holds a bounded number of bytes; chunks are
 * cut and joined in transit.
 */
export class SimConnection implements Connection {
  readonly info: ConnectionInfo;
  /** Called with everything that is written here, in order. */
  onWrite: ((bytes: Uint8Array) => void) | undefined;
  readonly #around: Surroundings;
  readonly #options: Required<WireOptions>;
  readonly #place: Place | undefined;
  #peer: SimConnection = this;
  #receiver: Receiver | undefined;
  #state: 'open' | 'ending' | 'closed' = 'open';
  /** Written bytes that have not left. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Bytes in transit to this end, or unread here. */
  #incoming: Segment[] = [];
  #incomingBytes = 0;
  #lastArrival = 0;
  #paused = false;
  #choked = false;
  #finSent = false;
  #finReceived = false;
  #lost = false;
  #pump: Occurrence | undefined;
  #cause: Error | undefined;
  #told = false;

  private constructor(around: Surroundings, options: WireOptions, info: ConnectionInfo, place: Place | undefined) {
    this.#around = around;
    this.#options = { latencyMs: [0.05, 0.5], capacityBytes: 64 * 1024, cutting: 0.2, ...options };
    this.info = info;
    this.#place = place;
  }

  /** Creates two connected ends. */
  static pair(
    around: Surroundings,
    options: WireOptions,
    ends: readonly [
      { info: ConnectionInfo; place: Place | undefined },
      { info: ConnectionInfo; place: Place | undefined },
    ],
  ): readonly [SimConnection, SimConnection] {
    const left = new SimConnection(around, options, ends[0].info, ends[0].place);
    const right = new SimConnection(around, options, ends[1].info, ends[1].place);
    left.#peer = right;
    right.#peer = left;
    return [left, right];
  }

  get bytesQueued(): number {
    return this.#waitingBytes;
  }

  /** Whether this end is closed or closing. */
  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  open(receiver: Receiver): void {
    if (this.#receiver !== undefined) throw new Error('opened twice');
    this.#receiver = receiver;
    if (this.#state === 'closed') this.#tellClosed();
    else this.#schedule();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#state !== 'open') return true;
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      const bytes = new Uint8Array(chunk);
      this.onWrite?.(bytes);
      this.#waiting.push(bytes);
      this.#waitingBytes += bytes.length;
    }
    this.#send();
    if (this.#peer.#state === 'closed' && this.#waitingBytes > 0) this.#close(resetError());
    this.#choked = this.#waitingBytes > 0;
    return !this.#choked;
  }

  pause(): void {
    if (this.#state === 'open') this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  hold(): void {}

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    // Like a socket, it reads again: while paused, it would never see that the other end has closed too.
    this.#paused = false;
    this.#send();
    this.#schedule();
  }

  destroy(): void {
    if (this.#state === 'closed') return;
    this.#peer.#arrive({ at: this.#arrivalAt(this.#peer), end: 'reset' });
    this.#close(undefined);
  }

  /** Breaks the connection: bytes in transit are lost, and both ends are notified. */
  reset(): void {
    for (const end of [this, this.#peer]) {
      end.#incoming = [];
      end.#lost = false;
      end.#arrive({ at: end.#around.scheduler.now + end.#latency(), end: 'reset' });
      end.#lost = true;
    }
  }

  /** From now on, neither end receives anything, and neither end is notified. */
  blackHole(): void {
    for (const end of [this, this.#peer]) {
      end.#lost = true;
      end.#incoming = [];
    }
  }

  /** Called when the process of this end has ended: closes the connection like the system. */
  abandon(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#told = true;
    this.#incoming = [];
    this.#waiting = [];
    const peer = this.#peer;
    peer.#arrive({ at: this.#arrivalAt(peer), end: this.#around.random.chance(0.5) ? 'fin' : 'reset' });
    // Writing to an ended process breaks the pipe, whether or not the writer reads.
    this.#around.scheduler.at(peer.#lastArrival, peer.#place, () => {
      if (peer.#waitingBytes > 0) peer.#close(resetError());
    });
  }

  #latency(): number {
    const [least, most] = this.#options.latencyMs;
    return least + this.#around.random.next() * (most - least);
  }

  #arrivalAt(end: SimConnection): number {
    end.#lastArrival = Math.max(end.#lastArrival, this.#around.scheduler.now + this.#latency());
    return end.#lastArrival;
  }

  /** Moves as many bytes as fit to the wire. */
  #send(): void {
    const peer = this.#peer;
    while (this.#waiting.length > 0) {
      const room = this.#options.capacityBytes - peer.#incomingBytes;
      const first = this.#waiting[0];
      if (room <= 0 || first === undefined) break;
      const bytes = first.length <= room ? first : first.subarray(0, room);
      if (bytes === first) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(room);
      this.#waitingBytes -= bytes.length;
      peer.#incomingBytes += bytes.length;
      peer.#arrive({ at: this.#arrivalAt(peer), bytes });
    }
    if (this.#waiting.length > 0) return;
    if (this.#choked) {
      this.#choked = false;
      this.#around.scheduler.after(0, this.#place, () => {
        if (this.#state !== 'closed') this.#receiver?.drained();
      });
    }
    if (this.#state === 'ending' && !this.#finSent) {
      this.#finSent = true;
      peer.#arrive({ at: this.#arrivalAt(peer), end: 'fin' });
      if (this.#finReceived) this.#close(undefined);
      else this.#around.scheduler.after(LINGER_MS, this.#place, () => this.destroy());
    }
  }

  #arrive(segment: Segment): void {
    if (this.#lost || this.#state === 'closed') return;
    this.#incoming.push(segment);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#pump !== undefined || this.#state === 'closed' || this.#receiver === undefined) return;
    const next = this.#incoming[0];
    if (next === undefined || (this.#paused && !('end' in next && next.end === 'reset'))) return;
    this.#pump = this.#around.scheduler.at(next.at, this.#place, () => {
      this.#pump = undefined;
      this.#deliver();
      this.#schedule();
    });
  }

  #deliver(): void {
    const segment = this.#incoming[0];
    if (segment === undefined || this.#receiver === undefined || this.#state === 'closed') return;
    if ('end' in segment) {
      if (this.#paused && segment.end === 'fin') return;
      this.#incoming.shift();
      if (segment.end === 'reset') this.#close(resetError());
      else this.#peerEnded();
      return;
    }
    if (this.#paused) return;
    const bytes = this.#takeChunk(segment);
    // Reading makes room for the peer in the same turn, as in a real system.
    this.#incomingBytes -= bytes.length;
    const memory = new Uint8Array(bytes);
    this.#receiver.data(memory);
    // The memory may be reused after the call, so code that kept it finds garbage.
    memory.fill(0xee);
    this.#around.scheduler.after(0, undefined, () => this.#peer.#send());
  }

  /** Returns what is delivered in one piece: a chunk as it arrived, a part of it, or several chunks. */
  #takeChunk(first: { readonly at: number; readonly bytes: Uint8Array }): Uint8Array {
    const { random, scheduler } = this.#around;
    this.#incoming.shift();
    if (!random.chance(this.#options.cutting)) return first.bytes;
    if (random.chance(0.5) && first.bytes.length > 1) {
      const at = 1 + random.below(first.bytes.length - 1);
      this.#incoming.unshift({ at: first.at, bytes: first.bytes.subarray(at) });
      return first.bytes.subarray(0, at);
    }
    const joined = [first.bytes];
    for (;;) {
      const next = this.#incoming[0];
      if (next === undefined || !('bytes' in next) || next.at > scheduler.now) break;
      joined.push(next.bytes);
      this.#incoming.shift();
    }
    return Buffer.concat(joined);
  }

  #peerEnded(): void {
    this.#finReceived = true;
    if (this.#state === 'open') this.#state = 'ending';
    if (this.#finSent) this.#close(undefined);
    else this.#send();
  }

  #close(cause: Error | undefined): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#cause = cause;
    this.#incoming = [];
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#incomingBytes = 0;
    if (this.#receiver !== undefined) this.#tellClosed();
  }

  #tellClosed(): void {
    if (this.#told) return;
    this.#told = true;
    this.#around.scheduler.after(0, this.#place, () => this.#receiver?.closed(this.#cause));
  }
}
