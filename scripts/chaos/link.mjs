/** A wire between processes, and everything that can go wrong with it. */
import { connect, createServer } from 'node:net';

const WAYS = ['there', 'back'];

/** Forwards connections to a target; what it does to them is the opposite of help. */
export class Link {
  /** @readonly */
  #pairs = new Set();
  /** @readonly */
  #server;
  /**
   * Ways on which bytes are swallowed, ends of connections included: as with a cable that was pulled.
   * @readonly
   */
  #lost = new Set();
  #stalled = false;

  /** @param target - Says what `net.connect` is told, for each connection anew. */
  constructor(target) {
    this.#server = createServer({ allowHalfOpen: true }, (near) =>
      this.#join(near, connect({ ...target(), allowHalfOpen: true })),
    );
  }

  /** @returns the address that it listens at, as `net` has it. */
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
      from.on('end', () => this.#lost.has(way) || pair.abandoned || to.end());
      from.on('error', () => undefined);
      from.on('close', () => {
        // A dead wire tells nobody that the other end has gone.
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

  /** Both ends learn at once that their connections are gone. */
  cut() {
    for (const pair of this.#pairs) this.#drop(pair);
  }

  /** Nothing moves, and nothing is lost. */
  stall() {
    this.#stalled = true;
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.pause();
  }

  /** Swallows what goes one way, or both. */
  lose(way) {
    for (const each of way === undefined ? WAYS : [way]) this.#lost.add(each);
  }

  /** One end's machine is gone, and the other's is never told. */
  abandon() {
    for (const pair of this.#pairs) {
      pair.abandoned = true;
      pair.far.destroy();
    }
  }

  /** The wire is whole again; connections that have lost bytes are not. */
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
