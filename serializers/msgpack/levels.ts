/**
 * msgpackr recurses on the stack, several frames for a level. Where the value is nested deeper than this, what lies
 * below travels beside it, so that neither end ever has more levels than these in its hands.
 */
export const LEVELS_IN_PLACE = 256;
