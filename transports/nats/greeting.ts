import { greeting, type Kind, PROTOCOL_VERSION } from './frame.ts';

/** The version, the protection of the bytes, and the 16 bytes of a process's token. */
const GREETING_BYTES = 18;

/** The facts that an end states before there is a connection. */
export interface Greeting {
  readonly process: string;
  /** Whether the bytes of connections go through TLS with the authkey. */
  readonly secured: boolean;
}

/** Returns OPEN or ACCEPT with its payload: the version of the protocol, and the sending process. */
export function greet(kind: typeof Kind.open | typeof Kind.accept, { process, secured }: Greeting): Buffer {
  const head = Buffer.of(PROTOCOL_VERSION, secured ? 1 : 0);
  return greeting(kind, Buffer.concat([head, Buffer.from(process, 'base64url')]));
}

/** Parses the peer's greeting; `undefined` when it has another version. */
export function readGreeting(payload: Uint8Array): Greeting | undefined {
  if (payload.length !== GREETING_BYTES || payload[0] !== PROTOCOL_VERSION) return undefined;
  return { process: Buffer.from(payload.subarray(2)).toString('base64url'), secured: payload[1] === 1 };
}
