import type { Extension, Extensions } from '../serializer.ts';
import { Refusal } from './refusal.ts';

/** The maximum length of an extension's tag. */
export const MAX_TAG_LENGTH = 128;

/**
 * Returns the replacement to write for `value`, if there is one.
 *
 * @param carries Whether the codec copies an object by itself; see {@link Extensions.replace}.
 * @throws {@link Refusal} when the core refuses the value.
 */
export function replacementOf(
  value: object,
  extensions: Extensions,
  carries?: (value: object) => boolean,
): Extension | undefined {
  try {
    return extensions.replace(value, carries);
  } catch (error) {
    throw Refusal.from(error);
  }
}

/** Wraps an error of reviving an extension, which goes to the caller unchanged: its `cause`. */
export class RevivalFailure extends Error {}

/** Whether `tag` is valid as the tag of an extension. */
export function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag !== '' && tag.length <= MAX_TAG_LENGTH;
}

/**
 * Returns the value of an extension.
 *
 * @throws {@link RevivalFailure} with the core's error, so that a codec can distinguish it from faults that it finds itself.
 */
export function revive(extensions: Extensions, tag: string, data: unknown): unknown {
  try {
    return extensions.revive({ tag, data });
  } catch (cause) {
    throw new RevivalFailure('an extension could not be revived', { cause });
  }
}
