/** Messages of a session, written and read from the protocol's description, without the library. */
export const RawKind = {
  CALL: 1,
  RESULT: 2,
  ERROR: 3,
  CANCEL: 4,
  RELEASE: 5,
  GRANT: 6,
  CLAIM: 7,
  HELLO: 8,
  END: 9,
  PING: 10,
  PONG: 11,
  EXPOSURE: 12,
} as const;

/** Returns a message with its length in front, from parts that are used unchanged. */
export function message(kind: number, flags: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.of(kind, flags), ...parts]);
  return Buffer.concat([u32(body.length), body]);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Encodes a 48-bit object id. */
export function objectId(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntLE(value, 0, 6);
  return bytes;
}

/** Encodes a value like `superjson` one without binary data, with annotations if given. */
export function payload(json: unknown, values?: unknown): Buffer {
  const text = JSON.stringify(values === undefined ? { json } : { json, meta: { values, v: 1 } });
  return Buffer.concat([Buffer.of(0), Buffer.from(text, 'latin1')]);
}

/** The annotation of a replacement for a value that is not copied. */
export function mark(tag: string): readonly unknown[] {
  return [['custom', `uactor:${tag}`]];
}

export interface RawCall {
  readonly call: number;
  readonly target?: number;
  readonly operation?: number;
  readonly flags?: number;
  readonly args?: Uint8Array;
}

export function callMessage({ call, target = 1, operation = 0, flags = 0, args = Buffer.alloc(0) }: RawCall): Buffer {
  return message(RawKind.CALL, flags, u16(operation), u32(call), objectId(target), args);
}

export function replyMessage(kind: number, call: number, value: Uint8Array = Buffer.alloc(0), flags = 0): Buffer {
  return message(kind, flags, u16(0), u32(call), value);
}

export function releaseMessage(...entries: readonly (readonly [id: number, count: number])[]): Buffer {
  return message(RawKind.RELEASE, 0, ...entries.flatMap(([id, count]) => [objectId(id), u32(count)]));
}

export function grantMessage(id: number, ticket: Uint8Array): Buffer {
  return message(RawKind.GRANT, 0, u16(0), objectId(id), ticket);
}

/** Returns the description of an exposure; the first one has the number 0. */
export function exposureMessage(
  typeid: string,
  methods: readonly string[],
  properties: readonly string[] = [],
): Buffer {
  return message(RawKind.EXPOSURE, 0, Buffer.from(JSON.stringify([typeid, methods, properties])));
}

export function claimMessage(call: number, ticket: Uint8Array): Buffer {
  return message(RawKind.CLAIM, 0, u16(0), u32(call), ticket);
}

export function textMessage(kind: number, value: unknown): Buffer {
  return message(kind, 0, Buffer.from(JSON.stringify(value)));
}

/** Requests the actor from its process; it is the result of call 0. */
export const ASK_FOR_ACTOR: Buffer = callMessage({ call: 0, target: 0, operation: 0 });

/** The greeting of a peer that does not listen. */
export const HELLO: Buffer = textMessage(RawKind.HELLO, { endpoints: [] });

/** A received message. */
export interface RawMessage {
  readonly kind: number;
  readonly flags: number;
  /** The bytes behind the flags. */
  readonly body: Buffer;
}

export function readMessage(bytes: Buffer): RawMessage {
  return { kind: bytes.readUInt8(0), flags: bytes.readUInt8(1), body: Buffer.from(bytes.subarray(2)) };
}

/** Returns the call number of a CALL, RESULT, ERROR, CANCEL or CLAIM. */
export function callOf({ body }: RawMessage): number {
  return body.readUInt32LE(2);
}

/** Returns the value of a RESULT, ERROR or CANCEL, as the JSON in it. */
export function valueOf({ body }: RawMessage): unknown {
  return body.length === 6 ? undefined : jsonOf(body.subarray(6));
}

/** Returns the text of a HELLO, END or EXPOSURE. */
export function textOf({ body }: RawMessage): unknown {
  return JSON.parse(body.toString());
}

function jsonOf(bytes: Buffer): unknown {
  const text = bytes[0] === 0 ? bytes.toString('latin1', 1) : bytes.toString('utf16le', 1);
  const whole: unknown = JSON.parse(text);
  return typeof whole === 'object' && whole !== null && 'json' in whole ? whole.json : undefined;
}

/** Returns the code in an ERROR of the library. */
export function codeOf(error: RawMessage): unknown {
  const data = valueOf(error);
  if (typeof data !== 'object' || data === null || !('properties' in data)) return undefined;
  const { properties } = data;
  return typeof properties === 'object' && properties !== null && 'code' in properties ? properties.code : undefined;
}
