import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * Resolves names like Node, for sockets that may connect only where `permit` does not throw. The socket connects to the checked
 * address: the name is not resolved again.
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

/** Returns the error of `permit`, because an error thrown in a lookup callback could not be caught. */
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
