import type { ActorFate } from '../index.ts';
import { type DeathEvent, hear } from './events.ts';
import type { Registry } from './registry.ts';
import type { Seal } from './seal.ts';

type Fate = NonNullable<ActorFate>;

/** The fate of an actor that another life of its name has succeeded. */
const FOLLOWED: Fate = { exitCode: undefined, signal: undefined };

/**
 * Ends the sessions with actors that have ended: as soon as their hosts report it, or because the name is in another place. A
 * session through the brokers, or to a stopped machine, would notice that seconds later.
 */
export class Deaths {
  readonly #waiting = new Map<string, Set<(fate: Fate) => void>>();
  readonly #registry: Registry;
  readonly #seal: Seal;
  #unsubscribe: (() => void) | undefined;

  constructor(registry: Registry, seal: Seal) {
    this.#registry = registry;
    this.#seal = seal;
  }

  /** Calls `ended` when the actor with that id has ended, unless the signal has aborted by then. */
  watch(id: string, ended: (fate: Fate) => void, signal: AbortSignal): void {
    this.#unsubscribe ??= hear(this.#registry, this.#seal, 'death', (death) => this.#heard(death));
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(ended));
    signal.addEventListener('abort', () => {
      waiting.delete(ended);
      if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
    });
  }

  /** Called when another life of its name has succeeded the actor with that id. */
  followed(id: string): void {
    this.#tell(id, FOLLOWED);
  }

  close(): void {
    this.#unsubscribe?.();
    this.#waiting.clear();
  }

  #heard({ kind, id, exitCode, signal }: DeathEvent): void {
    // An actor that was shut down has sent END itself, behind its last replies.
    if (kind === 'actor' && exitCode !== 0) this.#tell(id, { exitCode, signal });
  }

  #tell(id: string, fate: Fate): void {
    for (const ended of this.#waiting.get(id) ?? []) ended(fate);
  }
}
