import type { Message, Reader, Writer } from 'protobufjs/minimal.js';

/** The parts of the class in `value.js` that the tests use; the file comes only from `value.proto`. */
export const uactor: {
  readonly Value: {
    encode(fields: object, writer?: Writer): Writer;
    decode(bytes: Reader | Uint8Array): Message;
    verify(message: object): string | null;
  };
};
