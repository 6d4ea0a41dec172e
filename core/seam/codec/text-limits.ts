/** The longest source of a RegExp, flags included, that codecs read and write, in UTF-16 code units. */
export const MAX_REGEXP_LENGTH = 32_768;

/** The longest URL that codecs read and write, in UTF-16 code units. */
export const MAX_URL_LENGTH = 65_536;

/** The longest tag of an extension. */
export const MAX_TAG_LENGTH = 128;
