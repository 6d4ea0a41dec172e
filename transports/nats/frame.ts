/**
 * The frames of a connection: a header of 16 bytes, little-endian, and a payload.
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0 | 1 | the kind |
 * | 1 | 1 | flags: 1 on the last DATA of this direction |
 * | 2 | 2 | 0 |
 * | 4 | 4 | the number of this DATA; in other frames, that of the next DATA |
 * | 8 | 4 | the number of the DATA that the sender of this frame expects next: all before it have arrived |
 * | 12 | 4 | the number of the byte up to which the receiver of this frame may send |
 */

export const HEADER_BYTES = 16;

/** The cost of each DATA besides its payload, so that many small ones are limited too. */
export const FRAME_COST_BYTES = 128;

/** The maximum number of unread bytes in one direction of a connection. */
export const WINDOW_BYTES: number = 1024 * 1024;

/** The version of this protocol, the first byte of the payload of OPEN and ACCEPT. */
export const PROTOCOL_VERSION = 1;

export const LAST = 1;

export const Kind = {
  /** From a client to an accept inbox: requests a connection. */
  open: 1,
  /** From a listener to a client: accepts the connection. */
  accept: 2,
  data: 3,
  acknowledgement: 4,
  /** A DATA is missing: requests repetition from the expected number. */
  missing: 5,
  /** Requests an ACKNOWLEDGEMENT, or MISSING. */
  ping: 6,
  /** The sender has given the connection up. */
  reset: 7,
  /** To an accept inbox: checks whether a listener exists. */
  probe: 8,
  /** From an accept inbox to the sender of a PROBE. */
  present: 9,
  /** From a client to an accept inbox: the requested connection is no longer wanted. */
  abandon: 10,
} as const;

export type FrameKind = (typeof Kind)[keyof typeof Kind];

const KINDS: ReadonlySet<number> = new Set(Object.values(Kind));

/** A received frame. */
export interface Frame {
  readonly kind: FrameKind;
  readonly last: boolean;
  readonly number: number;
  readonly expected: number;
  readonly credit: number;
  readonly payload: Uint8Array;
}

/** The numbers in every frame of a connection. */
interface Standing {
  readonly expected: number;
  readonly credit: number;
}

/** Creates a frame with room for `payloadBytes`, which the caller fills in. */
export function makeFrame(kind: FrameKind, flags: number, number: number, payloadBytes: number): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payloadBytes);
  frame.writeUInt32LE(kind | (flags << 8), 0);
  frame.writeUInt32LE(number, 4);
  frame.writeUInt32LE(0, 8);
  frame.writeUInt32LE(0, 12);
  return frame;
}

/** Creates a frame outside of a connection, or before it has begun. */
export function greeting(kind: FrameKind, payload: Uint8Array): Buffer {
  const frame = makeFrame(kind, 0, 0, payload.length);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Writes the sender's present numbers into a frame, also each time that it is sent again. */
export function stamp(frame: Buffer, { expected, credit }: Standing): void {
  frame.writeUInt32LE(expected, 8);
  frame.writeUInt32LE(credit, 12);
}

/** Parses a frame; `undefined` if the bytes are not a frame. */
export function readFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = view.readUInt8(0);
  if (!isKind(kind) || view.readUInt16LE(2) !== 0) return undefined;
  return {
    kind,
    last: (view.readUInt8(1) & LAST) !== 0,
    number: view.readUInt32LE(4),
    expected: view.readUInt32LE(8),
    credit: view.readUInt32LE(12),
    payload: view.subarray(HEADER_BYTES),
  };
}

function isKind(kind: number): kind is FrameKind {
  return KINDS.has(kind);
}

/** The version, the protection of the bytes, and the 16 bytes of a process's token. */
const GREETING_BYTES = 18;

/** The facts that an end states before there is a connection. */
interface Greeting {
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

/** Returns the number of a frame or byte advanced by `count`. Numbers have 32 bits, and continue with 0 after the maximum. */
export function advance(number: number, count: number): number {
  return (number + count) >>> 0;
}

/**
 * Returns how far `number` is ahead of `other`; negative if it is behind. They are compared over the shorter distance, so they may be at
 * most 2^31 apart; windows keep them far closer.
 */
export function ahead(number: number, other: number): number {
  return (number - other) | 0;
}
