/** A wire between processes, with all possible faults. */
import { connect, createServer } from 'node:net';

const WAYS = ['there', 'back'];

/** Forwards connections to a target, and disturbs them. */
export class Link {
  /** @readonly */
  #pairs = new Set();
  /** @readonly */
  #server;
  /**
   * The directions in which bytes are dropped, including ends of connections, like with a pulled cable.
   * @readonly
   */
  #lost = new Set();
  #stalled = false;

  /** @param target - Returns the argument of `net.connect`, for each connection. */
  constructor(target) {
    this.#server = createServer({ allowHalfOpen: true }, (near) =>
      this.#join(near, connect({ ...target(), allowHalfOpen: true })),
    );
  }

  /** @returns the listening address, in the form of `net`. */
  async listen(where) {
    await new Promise((resolve, reject) => this.#server.once('error', reject).listen(where, resolve));
    return this.#server.address();
  }

  #join(near, far) {
    const pair = { near, far, harmed: false, abandoned: false };
    this.#pairs.add(pair);
    if (this.#lost.size > 0) pair.harmed = true;
    for (const [way, from, to] of [
      ['there', near, far],
      ['back', far, near],
    ]) {
      from.on('data', (chunk) => {
        if (pair.abandoned || this.#lost.has(way)) {
          pair.harmed = true;
          return;
        }
        if (!to.write(chunk)) {
          from.pause();
          to.once('drain', () => this.#stalled || from.resume());
        }
      });
      from.on('end', () => {
        if (this.#lost.has(way) || pair.abandoned) pair.harmed = true;
        else to.end();
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        // A dead wire does not report the end of its other side.
        if (this.#lost.size > 0 || pair.abandoned) pair.harmed = true;
        else this.#drop(pair);
      });
      if (this.#stalled) from.pause();
    }
  }

  #drop(pair) {
    this.#pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  }

  /** Closes all connections; both ends notice at once. */
  cut() {
    for (const pair of this.#pairs) this.#drop(pair);
  }

  /** Stops forwarding without losing anything. */
  stall() {
    this.#stalled = true;
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.pause();
  }

  /** Drops the bytes of one direction, or of both. */
  lose(way) {
    for (const each of way === undefined ? WAYS : [way]) this.#lost.add(each);
  }

  /** Simulates that one end's machine is gone without notice. */
  abandon() {
    for (const pair of this.#pairs) {
      pair.abandoned = true;
      pair.far.destroy();
    }
  }

  /** Repairs the wire, except connections that have lost bytes. */
  heal() {
    this.#lost.clear();
    this.#stalled = false;
    for (const pair of this.#pairs) {
      if (pair.harmed || pair.abandoned) this.#drop(pair);
      else for (const socket of [pair.near, pair.far]) socket.resume();
    }
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
