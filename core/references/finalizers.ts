import { FinalizationRegistry } from '../seam/environment.ts';

/** The action when an object of this process is collected. It must not refer to that object. */
export interface Finalizer {
  collected(): void;
}

/** The library's only registry: all reactions to collection go through it. */
const registry = new FinalizationRegistry<Finalizer>((finalizer) => {
  finalizer.collected();
});

/** Calls `finalizer.collected()` once, when `object` has been collected. */
export function whenCollected(object: object, finalizer: Finalizer): void {
  registry.register(object, finalizer, finalizer);
}

/** Reverses {@link whenCollected}, when the action was already taken. */
export function forgetCollection(finalizer: Finalizer): void {
  registry.unregister(finalizer);
}
