import { HOSTS_OWN } from './placement.ts';
import type { ActorOptions } from './actor-options.ts';

/**
 * The options of several levels, the later ones winning: those of a class along its chain, then those of `serve`. A level that
 * says `on` leaves to the host what the host decides on, and `address` and `addresses` replace each other.
 */
export function mergeOptions(levels: readonly ActorOptions[]): ActorOptions {
  let merged: ActorOptions = {};
  for (const level of levels) {
    const replaced = new Set<string>([
      ...(level.on === undefined ? [] : HOSTS_OWN),
      ...(level.address === undefined ? [] : ['addresses']),
      ...(level.addresses === undefined ? [] : ['address']),
    ]);
    const kept = Object.fromEntries(Object.entries(merged).filter(([name]) => !replaced.has(name)));
    merged = { ...kept, ...level };
  }
  return merged;
}
