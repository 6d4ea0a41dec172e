import { Authkey } from '../trust/authkey.ts';
import { checkedPolicy, type DialPolicy } from '../trust/dial-policy.ts';
import { Runtime } from '../runtime/runtime.ts';
import { misuse } from '../seam/errors.ts';
import { isOptionsObject } from '../seam/call-options.ts';
import { limitFault, PROCESS_LIMITS, type ProcessLimits } from '../seam/limits.ts';

/**
 * Sets the addresses to which received proxies may make this process connect. It applies if neither the sender's class nor its
 * `connect` has an option `dial`, and also to open connections. In an actor's process, the option of its own class takes
 * precedence. `undefined` restores the default (`docs/security.md`).
 *
 * @throws `TypeError` if it is not a function.
 * @example
 * setDialPolicy((address, { ip }) => address.startsWith('tcp://') && (ip === undefined || ip.startsWith('10.1.')));
 */
export function setDialPolicy(policy: DialPolicy | undefined): void {
  Runtime.current.ownDialPolicy = checkedPolicy(policy, 'setDialPolicy');
}

/**
 * Sets the key of this process. Actors that it spawns later share the key, and the process uses it for actors without a known key
 * of their own. Open connections are not affected. Use it in a client of actors that another machine spawned for it.
 *
 * @throws TypeError for an empty key; a key shorter than 16 bytes causes a warning.
 * @example
 * setAuthkey(await readFile('/run/secrets/uactor'));
 */
export function setAuthkey(key: string | Uint8Array): void {
  Runtime.current.authkey = new Authkey(key);
}

/**
 * Sets the limits on all sessions of this process together (`docs/security.md`); omitted limits have their defaults. An actor's
 * process uses the limits of its class instead.
 *
 * @throws `TypeError` for an unknown limit, or for a value that is not a number of at least 1.
 * @example
 * setProcessLimits({ maxObjects: 10_000 });
 */
export function setProcessLimits(limits: Partial<ProcessLimits>): void {
  if (!isOptionsObject(limits)) throw misuse('setProcessLimits: pass an object of limits: { maxObjects: 10_000 }');
  for (const [name, value] of Object.entries(limits)) {
    if (!PROCESS_LIMITS.includes(name)) {
      throw misuse(
        `setProcessLimits: ${name} is not a limit of a process; the limits are ${PROCESS_LIMITS.join(', ')}`,
      );
    }
    const fault = limitFault(name, value);
    if (fault !== undefined) throw misuse(`setProcessLimits: ${name} ${fault}`);
  }
  Runtime.current.choose({ ...limits });
}
