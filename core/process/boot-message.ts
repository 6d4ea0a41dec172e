import type { ActorOptions } from '../actor-options.ts';
import { LENGTH_BYTES } from '../session/message.ts';

/**
 * The first message on the inherited pipe, and the only one that is not part of a session: who the new process is to be.
 * It carries the authkey, which is why it goes over the pipe and not through arguments or the environment.
 */
export interface BootMessage {
  /** The URL of the module that exports the class. */
  readonly module: string;
  /** The class's name. */
  readonly name: string;
  /** The name of the serializer that this actor speaks. */
  readonly serializer: string;
  /** The identity that the new process takes on, and its owner's. */
  readonly instance: string;
  readonly owner: string;
  /** The key, in base64. */
  readonly authkey: string;
  /** Where to listen. */
  readonly address: string;
  /** Options that matter in the new process; the class's own have been merged. */
  readonly options: Pick<
    ActorOptions,
    'title' | 'concurrency' | 'limits' | 'transport' | 'shutdownTimeout' | 'keepAlive' | 'redactErrors' | 'inspectable'
  >;
}

/** The message as bytes, its length in front. */
export function encodeBootMessage(message: BootMessage): Uint8Array {
  const text = Buffer.from(JSON.stringify(message, bytesToJson));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}

/** The message from its bytes, without the length. It comes from the owner, who is believed. */
export function decodeBootMessage(bytes: Buffer): BootMessage {
  const message: BootMessage = JSON.parse(bytes.toString(), bytesFromJson);
  return message;
}

/** Options of transports may hold bytes: a certificate as it was read from its file. A `Buffer` writes itself like this. */
function bytesToJson(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { type: 'Buffer', data: [...value] } : value;
}

function bytesFromJson(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'Buffer') return value;
  return 'data' in value && Array.isArray(value.data) ? Buffer.from(value.data) : value;
}
