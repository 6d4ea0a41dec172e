import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * Resolves names as Node does, for sockets that may connect only where `permit` does not throw. What was checked is what
 * is connected to: the name is not resolved a second time.
 */
export function lookupPermitted(permit: (ip: string) => void): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const outcomes = found.map((entry) => ({ entry, refusal: refusalOf(permit, entry.address) }));
      const permitted = outcomes.filter(({ refusal }) => refusal === undefined).map(({ entry }) => entry);
      const [first] = permitted;
      if (first === undefined)
        callback(
          outcomes.find(({ refusal }) => refusal !== undefined)?.refusal ??
            new Error(`${hostname} does not resolve to an address`),
          [],
        );
      else if (options.all === true) callback(null, permitted);
      else callback(null, first.address, first.family);
    });
  };
}

/** The error of `permit`, because an error thrown in the callback of a lookup could not be caught. */
function refusalOf(permit: (ip: string) => void, ip: string): Error | undefined {
  try {
    permit(ip);
    return undefined;
  } catch (error) {
    return error instanceof Error
      ? error
      : new Error('the policy of options.dial threw a value that is not an error', { cause: error });
  }
}
