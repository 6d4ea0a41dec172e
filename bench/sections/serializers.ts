import { DEFAULT_LIMITS, Output, type Serializer } from 'uactor/plugin';
import { CodecPair } from 'uactor/conformance';
import { msgpack } from 'uactor/serializers/msgpack';
import { protobuf } from 'uactor/serializers/protobuf';
import { superjson } from 'uactor/serializers/superjson';
import { newCoder } from '../bare-stream.ts';
import { lap, timeWork } from '../clock.ts';
import type { SerializerName } from '../contender.ts';
import { compete, type Entrant, type Setting } from '../contest.ts';
import type { Measurement, Subject } from '../figure.ts';
import { ALL_VALUES, CALL_VALUES, chosenValues, type ValueClass } from '../values.ts';

const SERIALIZERS: Readonly<Record<SerializerName, Serializer>> = { superjson, msgpack, protobuf };

/** Both directions of an encoding. Bytes are decoded once each, in order. */
export interface Coder {
  readonly name: string;
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/** Shorter work is repeated between two readings of the clock, in milliseconds. */
const SHORTEST_MS = 0.05;
/** The duration of one measurement, as a share of that of calls: nothing waits for another process here. */
const SHARE_OF_SAMPLE = 0.2;

/** Measures serializers alone: encoding, decoding and bytes of each class of values. */
export async function measureSerializers(setting: Setting): Promise<void> {
  const { options } = setting;
  const few = options.quick && options.values.length === 0;
  for (const value of few ? CALL_VALUES : chosenValues(ALL_VALUES, options.values)) {
    const coders = options.serializers.map((name) => coderOf(name));
    if (value.plain) coders.push(bareCoder(), jsonCoder());
    const entrants = coders.map(
      (coder): Entrant =>
        async () =>
          measure(coder, value, options.sampleMs),
    );
    await compete(value.name, entrants, setting);
  }
}

function measure(coder: Coder, value: ValueClass, sampleMs: number): readonly Measurement[] {
  const subject = (what: string, unit: string): Subject => ({
    section: 'serializers',
    measure: `${what}: ${value.name}`,
    contender: coder.name,
    unit,
    better: 'lower',
  });
  const { encodeUs, decodeUs, bytes } = timeCoder(coder, value.make(), sampleMs * SHARE_OF_SAMPLE);
  return [
    { ...subject('encode', 'µs'), value: encodeUs },
    { ...subject('decode', 'µs'), value: decodeUs },
    { ...subject('bytes', 'bytes'), value: bytes },
  ];
}

/** Returns the cost of a value in each direction. */
export function timeCoder(
  coder: Coder,
  value: unknown,
  timeMs: number,
): { encodeUs: number; decodeUs: number; bytes: number } {
  const probe = performance.now();
  coder.decode(coder.encode(value));
  const bytes = coder.encode(value);
  coder.decode(bytes);
  const repetitions = Math.max(1, Math.ceil((2 * SHORTEST_MS) / (performance.now() - probe)));
  const once = (part: 'encode' | 'decode') => () => {
    const began = performance.now();
    const encoded = Array.from({ length: repetitions }, () => coder.encode(value));
    const between = performance.now();
    for (const message of encoded) coder.decode(message);
    const ended = performance.now();
    return part === 'encode' ? lap(began, between, repetitions, began) : lap(between, ended, repetitions, began);
  };
  const encodeUs = timeWork(once('encode'), timeMs).p50Us;
  const decodeUs = timeWork(once('decode'), timeMs).p50Us;
  return { encodeUs, decodeUs, bytes: bytes.length };
}

/** Creates a coder from a serializer of the library, with a codec at each end like on a connection. */
export function coderOf(name: SerializerName): Coder {
  const { sender, receiver } = new CodecPair(SERIALIZERS[name], DEFAULT_LIMITS);
  const output = new Output();
  return {
    name,
    encode: (value) => {
      sender.encode(value, output);
      const chunks = output.take();
      return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    },
    decode: (bytes) => receiver.decode(bytes),
  };
}

/** Creates a coder from msgpackr, as the bare contender uses it. */
function bareCoder(): Coder {
  const [sender, receiver] = [newCoder(), newCoder()];
  return { name: 'bare', encode: (value) => sender.pack(value), decode: (bytes): unknown => receiver.unpack(bytes) };
}

function jsonCoder(): Coder {
  return {
    name: 'JSON',
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (bytes): unknown => JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()),
  };
}
