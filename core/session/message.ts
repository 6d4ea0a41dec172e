/**
 * The layout of messages, byte by byte as in `docs/protocol.md`. All numbers are little-endian.
 *
 * ```
 * every message   u32 length of what follows | u8 kind | u8 flags | …
 * CALL            u16 operation | u32 call | u32+u16 target | arguments, behind metadata if there are some
 * RESULT, ERROR   u16 0 | u32 call | value
 * CANCEL          u16 0 | u32 call | reason
 * RELEASE         (u32+u16 object | u32 count) …
 * GRANT           u16 0 | u32+u16 object | 16 bytes ticket
 * CLAIM           u16 0 | u32 call | 16 bytes ticket
 * HELLO, END      JSON
 * EXPOSURE        JSON
 * PING, PONG      nothing
 * CREDIT          u16 0 | u32+u16 bytes
 * ```
 */

/** The kinds of messages. A kind that the peer does not know ends the session. */
export const Kind = {
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
  CREDIT: 13,
} as const;

/** The size of the length field in front of every message. */
export const LENGTH_BYTES = 4;
/** The offset of a CALL's arguments from its kind. */
export const CALL_HEADER_BYTES = 14;
/** The offset of the value of a RESULT, ERROR or CANCEL from its kind. */
export const REPLY_HEADER_BYTES = 8;
/** The size of one entry of a RELEASE. */
export const RELEASE_ENTRY_BYTES = 10;
/** The size of a ticket: 128 random bits. */
export const TICKET_BYTES = 16;
/** The offset of the entries of a RELEASE and the text of a HELLO or END from the kind. */
export const TEXT_HEADER_BYTES = 2;
/** The size of a GRANT. */
export const GRANT_BYTES: number = 10 + TICKET_BYTES;
/** The size of a CLAIM. */
export const CLAIM_BYTES: number = 8 + TICKET_BYTES;

/** The size of a CREDIT. */
export const CREDIT_BYTES = 10;

/** The id of each process's control object. */
export const CONTROL_ID = 0;

/** On a CANCEL: the caller's deadline passed; otherwise its signal aborted. */
export const FLAG_TIMEOUT = 1;
/** On an ERROR: the method threw it; otherwise the library rejected the call. */
export const FLAG_RAN = 1;
/** On an ERROR of a relayed call: the receiving process is gone, and it is unknown whether its method ran. */
export const FLAG_MAYBE = 2;
/** On a CALL: requests a copy of the object behind the proxy; the operation is ignored. */
export const FLAG_COPY = 1;
/** On a CALL: the first argument is the caller's metadata. */
export const FLAG_METADATA = 2;
/** All flags of a CALL. */
export const CALL_FLAGS: number = FLAG_COPY | FLAG_METADATA;

/** The flags that each kind may have, indexed by kind. */
export const KNOWN_FLAGS: readonly number[] = [
  0,
  CALL_FLAGS,
  0,
  FLAG_RAN | FLAG_MAYBE,
  FLAG_TIMEOUT,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
];

/** The factor of the upper 16 bits of an object's 48-bit id. */
export const ID_HIGH = 0x1_0000_0000;
