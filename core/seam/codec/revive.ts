import type { Extensions } from '../serializer.ts';
import { MAX_TAG_LENGTH } from './text-limits.ts';

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
