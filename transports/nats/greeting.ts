import { greeting, type Kind, PROTOCOL_VERSION } from './frame.ts';

/** The version, what protects the bytes, and the 16 bytes of a process's token. */
const GREETING_BYTES = 18;

/** What an end says of itself before there is a connection. */
export interface Greeting {
  readonly process: string;
  /** Whether the bytes of connections go through TLS with the authkey. */
  readonly secured: boolean;
}

/** The payload of OPEN and ACCEPT: the version of the protocol, and the process that speaks. */
export function greet(kind: typeof Kind.open | typeof Kind.accept, { process, secured }: Greeting): Buffer {
  const head = Buffer.of(PROTOCOL_VERSION, secured ? 1 : 0);
  return greeting(kind, Buffer.concat([head, Buffer.from(process, 'base64url')]));
}

/** What the other end says of itself; `undefined` when it speaks another version. */
export function readGreeting(payload: Uint8Array): Greeting | undefined {
  if (payload.length !== GREETING_BYTES || payload[0] !== PROTOCOL_VERSION) return undefined;
  return { process: Buffer.from(payload.subarray(2)).toString('base64url'), secured: payload[1] === 1 };
}
