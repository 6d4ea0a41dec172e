import { FinalizationRegistry } from '../seam/environment.ts';

/** What is to be done when an object of this process is collected. It must not lead to that object. */
export interface Finalizer {
  collected(): void;
}

/** The one registry of the library: whatever a collection sets off goes through it. */
const registry = new FinalizationRegistry<Finalizer>((finalizer) => {
  finalizer.collected();
});

/** Calls `finalizer.collected()` once, when `object` has been collected. */
export function whenCollected(object: object, finalizer: Finalizer): void {
  registry.register(object, finalizer, finalizer);
}

/** The end of {@link whenCollected}: what was to be done was done already. */
export function forgetCollection(finalizer: Finalizer): void {
  registry.unregister(finalizer);
}
