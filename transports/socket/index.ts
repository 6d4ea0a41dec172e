/**
 * The transport `tcp`: between processes on different machines. Addresses are `tcp://host:port`, an IPv6 address in brackets. By
 * default its bytes are protected by TLS 1.3 with a key derived from the authkey; see {@link TcpOptions} for certificates, and
 * for networks that need no encryption.
 *
 * @module uactor/transports/socket
 */
import type { Transport } from '../../core/seam/transport.ts';
import { addressInfo, parseAddress } from './address.ts';
import { dial } from './dialer.ts';
import { TcpListener } from './listener.ts';
import { securityOf } from './options.ts';

export type { Pem, TcpCertificates, TcpOptions } from './options.ts';

/** TCP, with TLS; the transport of addresses such as `tcp://10.0.0.7:7000`. */
export const socket: Transport = {
  scheme: 'tcp',
  addressInfo,
  listen: async (address, accept, { authkey, transport, fd }) =>
    TcpListener.listen({ place: parseAddress(address), security: securityOf(transport), authkey, accept, fd }),
  connect: async (address, { authkey, signal, transport, permit }) =>
    dial({ address, place: parseAddress(address), security: securityOf(transport), authkey, signal, permit }),
};
