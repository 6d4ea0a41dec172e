import type { Actor, ActorOptions } from 'uactor';
import { afterAll } from 'vitest';
import { Authority } from './certificates.ts';

/** The secret of the actors that listen on TCP. */
export const authkey = 'a key of more than sixteen bytes';

const authority = new Authority();
/** A certificate of the authority that both ends trust. */
export const tls = authority.issue();
afterAll(() => {
  authority[Symbol.dispose]();
});

/** Every way to protect a TCP connection. */
export const MODES = { key: {}, certificates: { tls }, none: { encryption: false } } as const;
export type Mode = keyof typeof MODES;
export const NAMES = Object.keys(MODES).filter((name): name is Mode => name in MODES);

/** Returns the class as an actor that listens on TCP. */
export function overTcp<Class extends typeof Actor>(
  actorClass: Class,
  mode: Mode = 'key',
  more: ActorOptions = {},
): Class {
  const transport = { tcp: MODES[mode] };
  return actorClass.with({ address: ['127.0.0.1', 0], authkey, transport, ...more });
}
