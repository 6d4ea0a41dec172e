import { Authkey } from '../trust/authkey.ts';
import { checkedPolicy, type DialPolicy } from '../trust/dial-policy.ts';
import { Runtime } from '../runtime/runtime.ts';

/**
 * Says what this process may connect to because somebody sent it a proxy of an actor there, wherever neither the class of
 * the sender nor its `connect` has an option `dial` of its own; connections that are open already included. In an actor's
 * process the option of its own class wins. `undefined` restores the default (`docs/security.md`).
 *
 * @throws `TypeError` when it is no function.
 * @example
 * setDialPolicy((address, { ip }) => ip === undefined || ip.startsWith('10.1.'));
 */
export function setDialPolicy(policy: DialPolicy | undefined): void {
  Runtime.current.ownDialPolicy = checkedPolicy(policy, 'setDialPolicy');
}

/**
 * Sets the key of this process, which the actors that it spawns from now on share and which it proves to actors whose key it was
 * not told otherwise. Connections that are open stay. For a client of actors that another machine spawned for it.
 *
 * @throws TypeError for an empty key; one below 16 bytes warns.
 * @example
 * setAuthkey(await readFile('/run/secrets/uactor'));
 */
export function setAuthkey(key: string | Uint8Array): void {
  Runtime.current.authkey = new Authkey(key);
}
