import { greeting, type Kind, PROTOCOL_VERSION } from './frame.ts';

/** The version, and the 16 bytes of a process's token. */
const GREETING_BYTES = 17;

/** The payload of OPEN and ACCEPT: the version of the protocol, and the process that speaks. */
export function greet(kind: typeof Kind.open | typeof Kind.accept, process: string): Buffer {
  return greeting(kind, Buffer.concat([Buffer.of(PROTOCOL_VERSION), Buffer.from(process, 'base64url')]));
}

/** The process that greets; `undefined` for one that speaks another version. */
export function greeter(payload: Uint8Array): string | undefined {
  if (payload.length !== GREETING_BYTES || payload[0] !== PROTOCOL_VERSION) return undefined;
  return Buffer.from(payload.subarray(1)).toString('base64url');
}
