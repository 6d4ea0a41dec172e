/**
 * The version of everything that travels: the handshake, the frames behind it, the header of a message. Both ends must
 * speak the same one; there is nothing to negotiate, and so nothing to talk a peer down to.
 */
export const PROTOCOL_VERSION = 2;
