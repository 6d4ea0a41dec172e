/** The maximum length of a RegExp, including its flags, in UTF-16 code units. */
export const MAX_REGEXP_LENGTH = 32_768;

/** The maximum length of a URL, in UTF-16 code units. */
export const MAX_URL_LENGTH = 65_536;

/** The maximum length of an extension's tag. */
export const MAX_TAG_LENGTH = 128;
