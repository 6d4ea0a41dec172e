import { ActorUnreachableError, AddressInUseError, TransportError } from '../../core/seam/errors.ts';
import type { Transport } from '../../core/seam/transport.ts';
import type { NetworkAccess } from './network.ts';

const NAME = /^[\w.:\-/[\]]+$/;

/**
 * The transport over a simulated network.
 *
 * @param scheme - The scheme of its addresses; a simulated process uses it in place of the real transports too.
 */
export function simTransport(network: NetworkAccess, scheme = 'sim'): Transport {
  const checked = (address: string): string => {
    const name = address.startsWith(`${scheme}://`) ? address.slice(scheme.length + 3) : '';
    if (NAME.test(name)) return name;
    throw new TransportError(`'${address}' is no address: write ${scheme}:// and a name`, { code: 'ADDRESS_INVALID' });
  };
  return {
    scheme,
    addressInfo: () => ({ reach: scheme === 'ipc' ? 'machine' : 'direct', guarded: scheme !== 'sim' }),
    listen(wanted, accept) {
      return Promise.resolve().then(() => {
        const name = checked(wanted);
        // Port 0 requests a free one.
        const address = name.endsWith(':0') ? wanted.replace(/:0$/, `:${network.freshName().slice(1)}`) : wanted;
        const stop = network.listen(address, accept);
        if (stop === undefined) throw new AddressInUseError(`somebody listens at ${address} already`);
        return { address, close: () => Promise.resolve(stop()) };
      });
    },
    async connect(address, { signal, permit }) {
      checked(address);
      if (scheme === 'tcp') permit?.('127.0.0.1');
      const connection = await network.connect(address, signal);
      if (connection !== undefined) return connection;
      throw new ActorUnreachableError(
        `No actor could be reached at ${address}: ${signal.aborted ? 'the attempt was abandoned' : 'nothing listens there'}.`,
        signal.aborted ? { cause: signal.reason } : {},
      );
    },
    privateAddress: () => ({
      address: `${scheme}://${scheme === 'ipc' ? '/sim/' : ''}${network.freshName()}`,
      folder: undefined,
      discard: () => undefined,
    }),
  };
}
