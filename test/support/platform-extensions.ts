/** The extensions of a codec, as a session provides them for platform values. */
import { PLATFORM_TAG_PREFIX, platformFromExtension, platformToExtension } from '../../core/objects/platform-values.ts';
import type { Extension } from '../../core/seam/serializer.ts';
import { SampleExtensions } from '../conformance/codec-pair.ts';

/** Written as the extension that it contains, like by an untrusted peer. */
export class Forged {
  readonly extension: Extension;

  constructor(name: string, data: unknown) {
    this.extension = { tag: `${PLATFORM_TAG_PREFIX}${name}`, data };
  }
}

/** Sends platform values like between processes, in addition to those of the samples. */
export class PlatformExtensions extends SampleExtensions {
  override replace(value: object): Extension | undefined {
    if (value instanceof Forged) return value.extension;
    return super.replace(value) ?? platformToExtension(value);
  }

  override revive(extension: Extension): unknown {
    const { tag, data } = extension;
    if (!tag.startsWith(PLATFORM_TAG_PREFIX)) return super.revive(extension);
    return platformFromExtension(tag.slice(PLATFORM_TAG_PREFIX.length), data);
  }
}
