import type { Message, Reader, Writer } from 'protobufjs/minimal.js';

/** What the tests know of the class in `value.js`, which is of nothing but `value.proto`. */
export const uactor: {
  readonly Value: {
    encode(fields: object, writer?: Writer): Writer;
    decode(bytes: Reader | Uint8Array): Message;
    verify(message: object): string | null;
  };
};
