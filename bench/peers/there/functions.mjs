/** The functions that every peer offers: an addition and an echo. */
export const functions = { add: (a, b) => a + b, echo: (value) => value };
