import type { Extensions } from '../serializer.ts';
import { MAX_TAG_LENGTH } from './text-limits.ts';

/** What reviving an extension threw, which is for the caller as it is: its `cause`. */
export class RevivalFailure extends Error {}

/** Whether `tag` may be the tag of an extension. */
export function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag !== '' && tag.length <= MAX_TAG_LENGTH;
}

/**
 * The value that an extension stands for.
 *
 * @throws {@link RevivalFailure} with what the core threw: a codec tells that from faults that it finds itself.
 */
export function revive(extensions: Extensions, tag: string, data: unknown): unknown {
  try {
    return extensions.revive({ tag, data });
  } catch (cause) {
    throw new RevivalFailure('an extension could not be revived', { cause });
  }
}
