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
