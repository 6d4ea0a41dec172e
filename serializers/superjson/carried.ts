/** What precedes the tag of an extension in its annotation `["custom", …]`. */
export const EXTENSION = 'uactor:';
/** The same for an extension whose data needs an annotation of its own and therefore lies in an array of one. */
export const WRAPPED_EXTENSION = 'uactor[]:';
/** What the names of this library's own custom types begin with, besides extensions. */
export const OWN = 'uactor';
/** What precedes the name of a binary class; the JSON value is the index of the block. */
export const BINARY = 'uactor/';
/** A Date without a time; the JSON value is null. */
export const INVALID_DATE = 'uactor/invalid-date';
/** An array with holes; the JSON value is an object of the items that exist, by index, and `length`. */
export const SPARSE_ARRAY = 'uactor/sparse-array';
