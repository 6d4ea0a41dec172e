import { type Codec, type CodecContext, Output, SerializerError } from '../plugin.ts';

/** The maximum size of the arguments stored for a name, encoded, in bytes. */
const MAX_BYTES = 256 * 1024;

const CONTEXT: CodecContext = {
  extensions: {
    replace: () => undefined,
    revive: () => {
      throw new SerializerError('stored arguments hold plain values only', { code: 'INVALID_PAYLOAD' });
    },
  },
  maxDepth: 100,
  maxNodes: 1_000_000,
};

/**
 * Encodes constructor arguments as text, for a host that restarts the actor when its caller is gone.
 *
 * @throws {@link SerializerError} for values that exist only in this process: proxies, functions, instances of registered
 * classes.
 */
export async function encodeArguments(args: readonly unknown[], name: string): Promise<string> {
  const codec = await openCodec();
  const output = new Output();
  try {
    codec.encode([...args], output);
  } catch (error) {
    throw new SerializerError(
      `the arguments of '${name}' must be plain values, because another host may have to start the actor again: ${textOf(error)}`,
      { code: 'UNSERIALIZABLE', cause: error },
    );
  }
  const bytes = Buffer.concat(output.take());
  if (bytes.length <= MAX_BYTES) return bytes.toString('base64');
  throw new SerializerError(
    `the arguments of '${name}' take ${bytes.length} bytes, but the cluster stores at most ${MAX_BYTES}: send the rest in a call`,
    { code: 'UNSERIALIZABLE' },
  );
}

export async function decodeArguments(text: string): Promise<readonly unknown[]> {
  const codec = await openCodec();
  const args = codec.decode(Buffer.from(text, 'base64'));
  if (Array.isArray(args)) return args;
  throw new SerializerError('stored arguments are a list', { code: 'INVALID_PAYLOAD' });
}

/** Loaded on demand, so that a program without a cluster does not load it. */
async function openCodec(): Promise<Codec> {
  const { superjson } = await import('../serializers/superjson/index.ts');
  return superjson.open(CONTEXT);
}

/** Returns a thrown value as text. An actor, or a getter of an argument, may throw a value that cannot be converted. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'a value that cannot be shown';
  }
}
