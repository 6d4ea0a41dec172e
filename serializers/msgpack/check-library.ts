import type { Unpackr } from 'msgpackr/pack';
import { SerializerError } from '../../core/seam/errors.ts';
import { ExtensionPair } from './extension-pair.ts';

/** A list of a date, a Set and a marked pair, as msgpackr writes it while nobody has changed what it does. */
const SAMPLE = Buffer.from('93d6ff00000001d473009101d475009201c0', 'hex');

/**
 * Makes sure that msgpackr reads what this serializer relies on: any part of the process can register extensions, and they are
 * everybody's.
 *
 * @throws {@link SerializerError} `SERIALIZER_MISSING`
 */
export function checkLibrary(reader: Unpackr): void {
  let cause: unknown;
  try {
    const read: unknown = reader.unpack(SAMPLE);
    if (Array.isArray(read) && isIntact(read)) return;
  } catch (error) {
    cause = error;
  }
  throw new SerializerError(
    'The package msgpackr no longer works as the serializer msgpack needs it: another part of this process has given it an ' +
      'extension (addExtension) of type 0x75, or for a class that it knows by itself, such as Date. Use another type and ' +
      'class there, or another serializer here.',
    { code: 'SERIALIZER_MISSING', ...(cause === undefined ? {} : { cause }) },
  );
}

function isIntact([date, set, marked]: readonly unknown[]): boolean {
  const isMarked = typeof marked === 'object' && marked !== null && ExtensionPair.is(marked);
  return date instanceof Date && date.getTime() === 1_000 && set instanceof Set && isMarked;
}
