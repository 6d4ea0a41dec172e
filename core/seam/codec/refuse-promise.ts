import { SerializerError } from '../errors.ts';

/**
 * Refuses what a codec's method returned if it is a promise: the message has been written, or is used, before the promise settles.
 * Its rejection is ignored, because no caller waits for it.
 *
 * @throws {@link SerializerError} that says that the method is synchronous.
 */
export function refusePromise(returned: unknown, member: 'encode' | 'decode'): void {
  if (!(returned instanceof Promise)) return;
  returned.catch(() => undefined);
  throw new SerializerError(
    `the serializer's ${member}() returned a promise, but it must be synchronous: ` +
      (member === 'encode' ? 'write the whole value to the output before it returns' : 'return the value itself'),
    { code: member === 'encode' ? 'UNSERIALIZABLE' : 'INVALID_PAYLOAD' },
  );
}
