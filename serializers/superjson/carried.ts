/** The prefix of an extension's tag in its annotation `["custom", …]`. */
export const EXTENSION = 'uactor:';
/** The same for an extension whose data needs an annotation of its own and is therefore in an array of one. */
export const WRAPPED_EXTENSION = 'uactor[]:';
/** The prefix of this library's own custom types other than extensions. */
export const OWN = 'uactor';
/** The prefix of a binary class's name; the JSON value is the index of the block. */
export const BINARY = 'uactor/';
/** A Date without a time; the JSON value is null. */
export const INVALID_DATE = 'uactor/invalid-date';
/** An array with holes; the JSON value is an object with the existing items, by index, and `length`. */
export const SPARSE_ARRAY = 'uactor/sparse-array';
