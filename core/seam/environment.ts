/**
 * The core's environment: timers, clock, randomness, garbage collection and the process. The core, the serializers and the
 * transports use only these, which the lint step checks. Each name means the same as Node's global. The testing build replaces
 * this file with one for a simulated process.
 *
 * The functions look the global up on each call, so that fake timers work that were installed later.
 */
import { randomBytes as nodeRandomBytes, randomInt as nodeRandomInt } from 'node:crypto';
import { setTimeout as nodeDelay } from 'node:timers/promises';

/** A timer of {@link setTimeout} or {@link setInterval}. */
export type Timer = NodeJS.Timeout;

export function setTimeout(callback: () => void, ms: number): Timer {
  return globalThis.setTimeout(callback, ms);
}

export function clearTimeout(timer: Timer | undefined): void {
  globalThis.clearTimeout(timer);
}

export function setInterval(callback: () => void, ms: number): Timer {
  return globalThis.setInterval(callback, ms);
}

export function clearInterval(timer: Timer | undefined): void {
  globalThis.clearInterval(timer);
}

export function setImmediate(callback: () => void): NodeJS.Immediate {
  return globalThis.setImmediate(callback);
}

export function queueMicrotask(callback: () => void): void {
  globalThis.queueMicrotask(callback);
}

/** Resolves after `ms`, like that of `node:timers/promises`; rejects when the signal aborts. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  await nodeDelay(ms, undefined, signal && { signal });
}

/** Returns a signal that aborts after `ms`, like `AbortSignal.timeout`. */
export function abortAfter(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}

/** Returns the exports of the module with that URL. */
export async function importModule(url: string): Promise<object> {
  const exports: object = await import(/* webpackIgnore: true */ /* @vite-ignore */ url);
  return exports;
}

/** The monotonic clock. */
export const performance: { now(): number } = { now: () => globalThis.performance.now() };

/**
 * Returns the time of day, in milliseconds. It can be changed at any time: compare it to notice that, and never measure with it.
 */
export function wallMs(): number {
  return Date.now();
}

/** Returns a random number from 0 to 1, for spreading attempts in time; not for secrets. */
export function random(): number {
  return Math.random();
}

export function randomBytes(size: number): Buffer<ArrayBuffer> {
  return nodeRandomBytes(size);
}

/** Returns a random integer from 0 to `max` - 1, from the cryptographic generator. */
export function randomInt(max: number): number {
  return nodeRandomInt(max);
}

/** Node's `process`, or the part of it that the core uses. */
export const process: NodeJS.Process = globalThis.process;

export const FinalizationRegistry: FinalizationRegistryConstructor = globalThis.FinalizationRegistry;

export const WeakRef: WeakRefConstructor = globalThis.WeakRef;
export type WeakRef<T extends WeakKey> = globalThis.WeakRef<T>;
