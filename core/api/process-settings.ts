import { Authkey } from '../trust/authkey.ts';
import { checkedPolicy, type DialPolicy } from '../trust/dial-policy.ts';
import { Runtime } from '../runtime/runtime.ts';
import { misuse } from '../seam/errors.ts';
import { limitFault, PROCESS_LIMITS, type ProcessLimits } from '../seam/limits.ts';

/**
 * Says what this process may connect to because somebody sent it a proxy of an actor there, wherever neither the class of
 * the sender nor its `connect` has an option `dial` of its own; connections that are open already included. In an actor's
 * process the option of its own class wins. `undefined` restores the default (`docs/security.md`).
 *
 * @throws `TypeError` when it is no function.
 * @example
 * setDialPolicy((address, { ip }) => address.startsWith('tcp://') && (ip === undefined || ip.startsWith('10.1.')));
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

/**
 * Says what all sessions of this process together may cost it (`docs/security.md`); what is left out is by default. An actor's process
 * has the figures of its class instead.
 *
 * @throws `TypeError` for anything but a limit of a process, or for what is no number from 1 on.
 * @example
 * setProcessLimits({ maxObjects: 10_000 });
 */
export function setProcessLimits(limits: Partial<ProcessLimits>): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!PROCESS_LIMITS.includes(name)) {
      throw misuse(`setProcessLimits: ${name} is not a limit of a process; there are ${PROCESS_LIMITS.join(', ')}`);
    }
    const fault = limitFault(name, value);
    if (fault !== undefined) throw misuse(`setProcessLimits: ${name} ${fault}`);
  }
  Runtime.current.choose({ ...limits });
}
