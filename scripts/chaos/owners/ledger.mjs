/** The record of a process of the chaos run, which survives any death of the process. */
import { openSync, writeSync } from 'node:fs';
import { callOptions, UActorError } from 'uactor';

export const DEADLINE_MS = 5_000;
/** The tolerance for deadlines, in milliseconds: the process may have been stopped meanwhile, and the machine is busy. */
const LATE_MS = 20_000;

export class Ledger {
  /** @readonly */
  #file;
  /** @readonly */
  #who;
  #calls = 0;
  open = 0;

  constructor(path, who) {
    this.#file = openSync(path, 'a');
    this.#who = who;
  }

  write(...words) {
    writeSync(this.#file, `${words.join(' ')}\n`);
  }

  violation(text) {
    this.write('violation', `${text}`.replaceAll('\n', ' | '));
  }

  /** Returns a unique number for an action at `target`. */
  next(target) {
    return `${this.#who}:${target}:${++this.#calls}`;
  }

  /** Makes a call and records its outcome. Never rejects. */
  async call(target, actor, method, args = [], { signal, timeout = DEADLINE_MS } = {}) {
    const id = this.next(target);
    this.write('made', id, method);
    this.open++;
    const startedAt = performance.now();
    try {
      const result = await callOptions(actor, { timeout, ...(signal && { signal }) })[method](id, ...args);
      this.write('ended', id, 'yes');
      return { id, result };
    } catch (error) {
      if (error instanceof UActorError) this.write('ended', id, error.executed, error.code);
      // The signal's own reason; the library does not say whether the call ran.
      else if (error?.message === 'given up') this.write('ended', id, 'maybe', 'ABORT');
      else this.violation(`${id} ${method} rejected with ${error?.stack ?? error}`);
      if (error?.code === 'OBJECT_GONE') this.suspect(id, error);
      return { id, error };
    } finally {
      this.open--;
      const tookMs = performance.now() - startedAt;
      if (tookMs > timeout + LATE_MS) this.violation(`${id} ${method} settled after ${Math.round(tookMs)} ms`);
    }
  }

  /** Records that a held proxy found its object gone: correct only after a death or a lost connection. */
  suspect(id, error) {
    this.write('suspect', Date.now(), id, `${error.stack}`.replaceAll('\n', ' | '));
  }
}
